"""What `$local_part_data` and `$domain_data` are after a router's lists have matched (specification chapter 10.5).

They are not the address, but what it matched: the item of the list, or what a lookup found.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from exim_lang.lint.flow.tables import options_of, type_of
from exim_lang.model.config import Driver
from exim_lang.records import dataclass
from exim_lang.source.text import Span
from exim_lang.syntax.list import ListItem, reference
from exim_lang.syntax.list_items import ItemKind

if TYPE_CHECKING:
    from exim_lang.lint.survey import Survey
    from exim_lang.lint.uses import Use

Shape: TypeAlias = Literal["name", "pattern", "lookup", "key", "empty", "user", "unset", "unknown"]
"""What the variable holds: one fixed text; a pattern; what a lookup found; the key itself; nothing, because only a negated item
is behind the match; a user's name; nothing, because nothing sets it; who knows."""

OPTIONS: Final = {"local_part_data": "local_parts", "domain_data": "domains"}

_PATTERNS: Final = (ItemKind.ANY, ItemKind.TAIL, ItemKind.REGEX)
_LOOKUPS: Final = (ItemKind.LOOKUP, ItemKind.NET_LOOKUP)


@dataclass(frozen=True, slots=True)
class Entry:
    """One item that may set a data variable: its shape, and where it stands; `use` None for what is not set at all."""

    shape: Shape
    use: Use | None = None
    span: Span = Span(0, 0)
    item: ListItem | None = None


def entries(survey: Survey, router: Driver, variable: str) -> list[Entry]:
    """What a data variable may be in a router, and in the transports that it leads to."""
    if variable == "local_part_data" and _is_on(router, "check_local_user"):
        return [Entry("user")]
    setting = router.settings.get(OPTIONS[variable])
    if setting is None:
        return [Entry("unset")]
    return list(of_list(survey, survey.use_of(setting)))


def _is_on(router: Driver, name: str) -> bool:
    return name in router.settings and router.settings[name].value is True


def of_list(survey: Survey, use: Use, seen: tuple[str, ...] = ()) -> Iterator[Entry]:
    """What matching a list can give."""
    if use.items is None:
        yield Entry("unknown", use, use.whole)
        return
    items = use.items.items
    for number, item in enumerate(items):
        if item.negated:
            if number == len(items) - 1:
                yield Entry("empty", use, item.span, item)
            continue
        named = reference(item, use.items.kind)
        if named is not None and named[1] not in seen:
            inner = next((one for one in survey.of("list", named[1]) if one.list_kind == named[0]), None)
            if inner is not None:
                yield from of_list(survey, inner, (*seen, named[1]))
                continue
        yield Entry(_shape(item), use, item.pattern, item)


def _shape(item: ListItem) -> Shape:
    if item.kind in _PATTERNS:
        return "pattern"
    if item.kind in _LOOKUPS:
        found = item.lookup
        if found is None:
            return "unknown"
        type = type_of(found[0])
        if type == "dsearch" or options_of(found[0]).get("ret") == "key":
            return "key"
        return "lookup" if item.constant or type in ("lsearch", "cdb", "dbm") else "unknown"
    if item.kind in (ItemKind.PLAIN, ItemKind.FILE):
        return "name"
    return "unknown"
