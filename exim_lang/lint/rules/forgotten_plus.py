"""A list item is the name of a named list without the "+".

It stands for itself then: a domain, host or local part of that name, which nobody has.

Bad (acl):

    accept domains = local_domains
    deny

Good (acl):

    accept domains = +local_domains
    deny
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span
from exim_lang.syntax.list_items import ItemKind

PLAIN = (ItemKind.PLAIN, ItemKind.HOST_NAME, ItemKind.DOMAIN)


@rule("forgotten-plus", group="names", severity="warning", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """Items that are exactly the name of a list of the kind that is needed, and no ordinary word."""
    for use, items in survey.lists("domain", "host", "address", "localpart"):
        named = survey.config.lists[items.kind]
        for item in items.items:
            if item.kind in PLAIN and item.text in named and (items.kind != "localpart" or "_" in item.text):
                edit = use.edit(Span(item.pattern.start, item.pattern.start), "+")
                fix = Fix('put "+" in front', (edit,)) if edit else None
                message = f'"{item.text}" stands for itself here; the named list is +{item.text}'
                yield use.finding(item.pattern, message, help=f"write +{item.text}", fix=fix)
