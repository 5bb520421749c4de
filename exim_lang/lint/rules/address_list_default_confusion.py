"""A named list or a lookup behind `*@` in a list of addresses does not mean what it seems to.

`*@+local_domains` is an address at a domain of that name. The domain of a sender is compared with a list by
`sender_domains`.

Bad (acl):

    deny senders = *@+local_domains
    accept

Good (acl):

    deny sender_domains = +local_domains
    accept
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("address-list-default-confusion", group="lists", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Items of lists of addresses with "+" behind an at sign."""
    for use, items in survey.lists("address"):
        for item in items.items:
            found = re.search(r"@\+([A-Za-z0-9_]+)$", item.text)
            if item.constant and found is not None:
                message = f'"+{found[1]}" is no named list behind an "@"'
                help = "compare the domain by a list of domains (sender_domains, domains)"
                yield use.finding(item.pattern, message, help=help)
