"""A named list that ends with a negated item is used inside another list.

What does not match the negated item matches the named list; what does match it is "no" for the named list only, and the
outer list goes on with its next items.

Bad (main):

    hostlist a = !192.0.2.1
    hostlist b = +a : 192.0.2.1

Good (main):

    hostlist b = !192.0.2.1 : *
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.references import list_references
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax.list_items import ItemKind


@rule("negation-does-not-propagate", group="lists", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """References to lists with negated items, in front of other items that such a host or domain matches."""
    negated: dict[tuple[str, str], set[str]] = {}
    for use, items in survey.lists("domain", "host", "address", "localpart"):
        if use.where == "list":
            negated[items.kind, use.name] = {item.text for item in items.items if item.negated}
    for one in list_references(survey):
        outer = one.use.items
        if outer is None or one.negated or not negated.get((one.kind, one.name)):
            continue
        behind = [item for item in outer.items if item.span.start > one.span.start and not item.negated]
        again = [item for item in behind if item.text in negated[one.kind, one.name] or item.kind is ItemKind.ANY]
        if again:
            message = f'+{one.name} says "no" to {again[0].text} for itself only: this item matches it all the same'
            yield one.use.finding(again[0].span, message)
