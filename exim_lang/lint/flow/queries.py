"""The queries of lookups: where their expansions stand in them, and how each is quoted (specification chapter 9.21)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from exim_lang.lint.flow.alternatives import leaves
from exim_lang.lint.flow.sinks import between, matched_lists
from exim_lang.lint.flow.tables import QUOTERS, UNQUOTABLE, type_of
from exim_lang.lint.flow.taint import Level, Taint
from exim_lang.records import dataclass
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree

if TYPE_CHECKING:
    from exim_lang.lint.flow.flow import Flow
    from exim_lang.lint.survey import Survey
    from exim_lang.lint.uses import Use


_ESCAPED: Final = re.compile(r"\\.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Query:
    """A query: the lookup type as written and by its name, and where the query stands in a value. `node` is None in a list."""

    use: Use
    written: str
    type: str
    span: Span
    parts: tuple[tree.Part, ...]
    node: tree.Lookup | None = None

    @property
    def source(self) -> str:
        """The query as it is written."""
        return self.use.source(self.span)

    @property
    def quoter(self) -> str:
        """The quoting that is right for it, empty where there is none."""
        return QUOTERS.get(self.type, "")

    def prefix(self, part: tree.Part) -> str:
        """What stands in front of a part of it, expansions replaced by blanks."""
        return self.skeleton[: max(0, part.span.start - self.span.start)]

    @property
    def skeleton(self) -> str:
        """The query as it is written, expansions replaced by NUL characters, as many as they have."""
        text = list(self.source)
        for part in self.parts:
            if not isinstance(part, tree.Literal):
                for at in range(part.span.start, part.span.end):
                    text[at - self.span.start] = "\0"
        return "".join(text)


def queries(flow: Flow) -> list[Query]:
    """All queries, of `${lookup` and of items of lists."""
    found = flow.memo.get("queries")
    if found is None:
        found = flow.memo["queries"] = list(_all(flow.survey))
    return found


def _all(survey: Survey) -> Iterator[Query]:
    for use, node in survey.nodes(tree.Lookup):
        type = type_of(node.type)
        if node.key is None and node.arguments and (type in QUOTERS or type in UNQUOTABLE):
            string = node.arguments[0]
            yield Query(use, node.type, type, string.span, string.parts, node)
    for use, items in matched_lists(survey):
        for item in items.items:
            if item.lookup is None:
                continue
            type = type_of(item.lookup[0])
            if type in QUOTERS or type in UNQUOTABLE:
                start = use.text.string.index(";", item.pattern.start) + 1
                span = Span(start, item.pattern.end)
                yield Query(use, item.lookup[0], type, span, between(use, span))


def parts_of(flow: Flow, query: Query) -> Iterator[tuple[tree.Part, Taint]]:
    """The parts of a query that outsiders have a say in, those in branches by themselves."""
    for part in leaves(query.parts):
        value = flow.of(query.use, part)
        if value.outside:
            yield part, value


def is_bare(value: Taint) -> bool:
    """Whether nothing quotes a value."""
    return value.level is not Level.QUOTED


def is_open(text: str) -> bool:
    """Whether an SQL statement is inside a string or a quoted name at its end."""
    quote = ""
    for char in _ESCAPED.sub("", text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"`":
            quote = char
    return bool(quote)
