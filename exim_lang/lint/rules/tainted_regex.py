"""What the sender wrote is used as a regular expression.

Exim does not check this. A pattern like `(a+)+$` keeps the process busy, and `.*` matches everything. `${rxquote:` makes the
characters stand for themselves.

Bad (acl):

    deny condition = ${if match{$h_from:}{$sender_address}}
    accept

Good (acl):

    deny condition = ${if match{$h_from:}{\\N\\b\\N${rxquote:$sender_address}}}
    accept
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.flow.alternatives import leaves
from exim_lang.lint.flow.report import way
from exim_lang.lint.flow.sinks import between, matched_lists
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.list_items import ItemKind

if TYPE_CHECKING:
    from exim_lang.lint.uses import Use


@rule("tainted-regex", group="taint", severity="warning", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Parts of patterns of `match`, `sg`, `regex` and lists that come from outside and are not quoted."""
    flow = survey.flow
    for use, parts in _patterns(survey):
        for part in leaves(parts):
            value = flow.of(use, part)
            if value.outside and "rxquote" not in value.steps:
                source = use.source(part.span)
                edit = use.edit(part.span, f"${{rxquote:{source}}}")
                fix = Fix("quote it with rxquote", (edit,), safe=False) if edit is not None else None
                message = f"{value.source} is used as a regular expression"
                yield use.finding(part.span, message, help=f"write ${{rxquote:{source}}}", fix=fix, flow=way(value))


def _patterns(survey: Survey) -> Iterator[tuple[Use, tuple[tree.Part, ...]]]:
    tests: list[tuple[Use, tree.Test | tree.Item]] = [*survey.tests("match"), *survey.items("sg")]
    for use, node in tests:
        if len(node.arguments) > 1:
            yield use, node.arguments[1].parts
    for use, items in matched_lists(survey):
        for item in items.items:
            if not item.constant and (item.kind is ItemKind.REGEX or item.written.startswith("^")):
                yield use, between(use, item.pattern)
    for use in survey.of("acl", "regex", "mime_regex"):
        yield use, use.tree.parts
