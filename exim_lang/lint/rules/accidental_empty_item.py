"""An empty item between two others.

It is no mistake to Exim: in a list of hosts it matches local submission, in a list of addresses the empty sender of
bounces.

Bad (acl):

    accept senders = a@b.example : : c@d.example
    deny

Good (acl):

    accept senders = a@b.example : c@d.example
    deny
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span
from exim_lang.syntax.list_items import ItemKind


@rule("accidental-empty-item", group="lists", severity="warning", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Empty items that are neither the first nor the last of a list written in one place."""
    for use, items in survey.lists("domain", "host", "address", "localpart"):
        for before, item, behind in zip(items.items, items.items[1:], items.items[2:], strict=False):
            if item.kind is ItemKind.EMPTY and not item.negated and before.text and behind.text:
                gap = use.text.string[before.span.end : behind.span.start]
                edit = use.edit(Span(before.span.end, behind.span.start), f" {items.mark} ")
                fix = Fix("take the empty item out", (edit,), safe=False) if edit else None
                start = before.span.end + len(gap) - len(gap.lstrip())
                meaning = {"host": "it matches mail that is submitted locally", "address": "it matches the empty sender"}
                yield use.finding(
                    Span(start, behind.span.start), f"an empty item: {meaning.get(items.kind, 'it matches nothing')}", fix=fix
                )
