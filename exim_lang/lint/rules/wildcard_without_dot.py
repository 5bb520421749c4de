"""A wildcard without a dot matches other people's domains, too.

`*example.org` matches `notexample.org`.

Bad (main):

    domainlist local_domains = *example.org

Good (main):

    domainlist local_domains = example.org : *.example.org
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

NAME = re.compile(r"\*[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@rule("wildcard-without-dot", group="lists", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Such items of lists of domains, hosts and addresses."""
    for use, items in survey.lists("domain", "host", "address"):
        for item in items.items:
            domain = item.text.rpartition("@")[2] if items.kind == "address" else item.text
            if item.constant and NAME.fullmatch(domain) and not item.negated:
                rest = domain[1:]
                message = f'"{item.text}" also matches domains like other{rest}'
                yield use.finding(item.pattern, message, help=f"write {rest} : *.{rest}")
