r"""A colon in a regular expression or a query ends the list item.

The rest is an item of its own; the first part is no expression any more (`missing closing parenthesis`) or no query.

Bad (acl):

    deny senders = \N^(?:a|b)@x$\N
    accept

Good (acl):

    deny senders = <; \N^(?:a|b)@x$\N
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.regexes import error_in
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span
from exim_lang.syntax.list_items import ItemKind


@rule("regex-colon", group="lists", severity="warning", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Expressions that PCRE2 does not take, and queries with a quote that does not end, in front of a colon."""
    for use, items in survey.lists():
        if items.separator != ":":
            continue
        for item, behind in zip(items.items, items.items[1:], strict=False):
            if not item.constant:
                continue
            broken = item.kind is ItemKind.REGEX and error_in(item.text)
            quote = item.kind is ItemKind.LOOKUP and item.text.count("'") % 2 == 1 and behind.text.count("'") % 2 == 1
            if broken or quote:
                span = Span(item.span.start, behind.span.end)
                message = "the colon ends the list item here" + (f": {broken}" if broken else "")
                edit = use.edit(Span(0, 0), "<; ") if len(items.items) == 2 and not items.changed else None
                fix = Fix("begin the list with <;", (edit,), safe=False) if edit else None
                yield use.finding(span, message, help="begin the list with <; or double the colon", fix=fix)
