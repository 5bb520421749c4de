"""A lookup of domains in a file finds the very domain only.

`partial-lsearch` also looks for `*.example.org` when it is asked for `mail.example.org`.

Bad (acl):

    accept domains = lsearch;/etc/exim4/domains
    deny

Good (acl):

    accept domains = partial-lsearch;/etc/exim4/domains
    deny
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

FILES = ("lsearch", "dbm", "cdb")


@rule("partial-missing", group="lists", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Plain lookups of whole files in conditions on domains, where no other one is partial."""
    for use, items in survey.lists("domain"):
        for item in items.items:
            if use.where == "acl" and item.lookup is not None and item.lookup[0] in FILES:
                message = f'only whole domains are found, not those below one: "partial-{item.lookup[0]}" finds "*." keys, too'
                yield use.finding(item.pattern, message)
