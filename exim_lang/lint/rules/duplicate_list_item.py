"""The same item twice in a list.

Bad (main):

    domainlist d = a.example : a.example

Good (main):

    domainlist d = a.example : b.example
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span


@rule("duplicate-list-item", group="lists", severity="style", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant items that are equal to an earlier one."""
    for use, items in survey.lists("domain", "host", "address", "localpart"):
        seen: set[tuple[bool, str]] = set()
        before = 0
        for item in items.items:
            key = (item.negated, item.text)
            if item.constant and item.text and key in seen:
                edit = use.edit(Span(before, item.span.end), "")
                fix = Fix("take it out", (edit,)) if edit else None
                yield use.finding(item.span, f'"{item.text}" is in this list already', fix=fix)
            seen.add(key)
            before = item.span.end
