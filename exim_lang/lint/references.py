"""Who refers to what: named lists, ACLs, transports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from exim_lang.errors import EximLangError
from exim_lang.model.config import Driver
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.list import parse_list
from exim_lang.syntax.list_items import ItemKind, Kind

if TYPE_CHECKING:
    from exim_lang.lint.survey import Survey
    from exim_lang.lint.uses import Use

MATCHES: Final[dict[str, Kind]] = {
    "match_address": "address",
    "match_domain": "domain",
    "match_ip": "host",
    "match_local_part": "localpart",
}
"""The conditions of expansions whose second string is a list that is not expanded (before 4.98, or ever: see chapter 11.7)."""

LETTERS: Final = {"a": "address", "d": "domain", "h": "host", "l": "localpart"}
"""What `${listnamed_d:name}` calls the kinds of lists."""

TRANSPORT_OPTIONS: Final = {
    "router": ("transport", "directory_transport", "file_transport", "pipe_transport", "reply_transport"),
    "main": (
        "system_filter_directory_transport",
        "system_filter_file_transport",
        "system_filter_pipe_transport",
        "system_filter_reply_transport",
    ),
    "transport": ("shadow_transport",),
}
"""Options whose values are names of transports."""


class ListReference(NamedTuple):
    """`+name` in a list, `kind` what the list is of; `span` covers the item in the value of `use`."""

    use: Use
    kind: Kind
    name: str
    span: Span
    negated: bool


def list_references(survey: Survey) -> Iterator[ListReference]:
    """All references to named lists by constant names."""
    for use, items in survey.lists():
        for item in items.items:
            if item.kind is ItemKind.NAMED:
                yield ListReference(use, items.kind, item.text[1:], item.pattern, item.negated)
    for use, test in survey.tests(*MATCHES):
        if len(test.arguments) > 1:
            yield from _in_test(use, test)
    for use, node in survey.operators("listnamed"):
        kind = LETTERS.get(node.name.partition("_")[2])
        name = _constant(node.operand)
        if kind is not None and name is not None:
            yield ListReference(use, kind, name.removeprefix("+"), node.operand.span, False)  # type: ignore[arg-type]


def _in_test(use: Use, test: tree.Test) -> Iterator[ListReference]:
    span = test.arguments[1].span
    try:
        items = parse_list(use.text.slice(span.start, span.end), MATCHES[test.name])
    except EximLangError:
        return
    for item in items.items:
        if item.kind is ItemKind.NAMED:
            where = Span(span.start + item.pattern.start, span.start + item.pattern.end)
            yield ListReference(use, items.kind, item.text[1:], where, item.negated)


def _constant(string: tree.String) -> str | None:
    if not all(isinstance(part, tree.Literal) for part in string.parts):
        return None
    return b"".join(part.value for part in string.parts if isinstance(part, tree.Literal)).decode("latin-1").strip()


def transport_uses(survey: Survey) -> Iterator[Use]:
    """The values of all options that name transports."""
    yield from survey.of("main", *TRANSPORT_OPTIONS["main"])
    yield from survey.of("router", *TRANSPORT_OPTIONS["router"])
    yield from survey.of("transport", *TRANSPORT_OPTIONS["transport"])


def routers_to(survey: Survey, transport: str) -> list[Driver]:
    """The routers whose option `transport` names a transport."""
    uses = survey.of("router", "transport")
    return [use.owner for use in uses if use.constant == transport and isinstance(use.owner, Driver)]
