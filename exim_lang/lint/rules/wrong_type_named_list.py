"""A list refers to a named list of another kind.

Named lists of domains, hosts, addresses and local parts live apart: `domains = +relay_from_hosts` looks for a domain
list of that name.

Bad (acl):

    accept domains = +relay_from_hosts

Good (acl):

    accept hosts = +relay_from_hosts
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.references import list_references
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

WORDS = {"domain": "a domain list", "host": "a host list", "address": "an address list", "localpart": "a local part list"}


@rule("wrong-type-named-list", group="names", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """References to names that only lists of other kinds have."""
    lists = survey.config.lists
    for one in list_references(survey):
        if one.kind == "string" or one.name in lists[one.kind]:
            continue
        kinds = [kind for kind, named in lists.items() if one.name in named]
        if kinds and not (one.kind == "address" and "domain" in kinds):
            message = f"+{one.name} is {WORDS[kinds[0]]}, and {WORDS[one.kind]} is needed here"
            yield one.use.finding(one.span, message)
