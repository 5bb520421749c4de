"""A list begins with what the sender wrote, which may bring a separator of its own.

A list whose first characters are `<;` is split at semicolons. Exim 4.99 and later ignore that when the list is tainted, and
split it at colons; before, the sender had the choice. Where the separator matters, write it.

Bad (exp):

    ${map{$h_x-list:}{$item}}

Good (exp):

    ${map{<; $h_x-list:}{$item}}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.report import way
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree

if TYPE_CHECKING:
    from exim_lang.lint.uses import Use

_POSITION: Final = {"filter": 0, "listextract": 1, "map": 0, "reduce": 0, "sort": 0}


@rule("tainted-list-separator", group="taint", severity="warning", since="4.99")
def check(survey: Survey) -> Iterator[Finding]:
    """Lists of `map`, `forany` and their kin that begin with a header line, or with a variable that brings `<`."""
    flow = survey.flow
    for use, string in _lists(survey):
        first = next(iter(string.parts), None)
        if not isinstance(first, tree.Header | tree.Variable):
            continue
        value = flow.of(use, first)
        changes = (isinstance(first, tree.Header) and first.style != "lh") or any(
            note.text.string[note.span.start : note.span.end].lstrip().startswith("<")
            for note in value.path
            if note.message.startswith("stored in")
        )
        if value.tainted and changes:
            message = f"this list is tainted by {value.source}: a separator that it brings is ignored"
            yield use.finding(first.span, message, help=f"write the separator: <; {use.source(first.span)}", flow=way(value))


def _lists(survey: Survey) -> Iterator[tuple[Use, tree.String]]:
    for use, item in survey.items(*_POSITION):
        at = _POSITION[item.name]
        if len(item.arguments) > at:
            yield use, item.arguments[at]
    loops: list[tuple[Use, tree.Filter | tree.Each]] = [*survey.nodes(tree.Filter), *survey.nodes(tree.Each)]
    for use, node in loops:
        if node.items is not None and not getattr(node, "name", "").endswith(("_json", "_jsons")):
            yield use, node.items
