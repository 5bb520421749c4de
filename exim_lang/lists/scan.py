"""Going through a list: negation, switches, named lists, files, the end (specification sections 10.1 to 10.8)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, Protocol

from exim_lang.errors import ExpansionError, ForcedFailure, ProcessDied
from exim_lang.expand.engine import expand
from exim_lang.expand.options import log_selected
from exim_lang.expand.state import Address
from exim_lang.expand.string_list import split_list
from exim_lang.lists.files import lines_of
from exim_lang.lists.result import SPOKEN, Cache, ItemDeferred, ListDeferred, Remembered, Unknown
from exim_lang.lists.trouble import check_metadata, log, trace, version_of
from exim_lang.records import dataclass
from exim_lang.source.text import Text
from exim_lang.syntax.list_items import SPACES, ItemKind, Kind, classify_item, negation
from exim_lang.taint import is_tainted, like

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import NamedList

DEEPEST: Final = 50
"""Named lists in named lists; Exim has no limit, and dies when two lists name each other."""

_SHOWN: Final = 2048


class Checker(Protocol):
    """A subject that patterns are tried on; `value` is what the last one yielded."""

    kind: Kind
    value: bytes | None
    metadata: bool

    @property
    def key(self) -> bytes: ...

    def use_case(self) -> None: ...

    def test(self, pattern: bytes) -> bool: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as it stands in an expanded list: `shown` whole, `item` without negation."""

    shown: str
    item: bytes
    negated: bool
    switch: bool
    names_list: bool
    """Whether it is `+name`; a switch that is negated is taken for that."""
    file: bool


@lru_cache(maxsize=1024, typed=True)
def entries(kind: Kind, items: bytes, single: bool, tainted_too: bool) -> tuple[Entry, ...]:
    """The items of an expanded list, or the only one that it is; lists that come again are split once."""
    if single:
        alone = like(items.strip(SPACES), items)
        found = [alone] if alone else []
    else:
        found = list(split_list(items, tainted_too=tainted_too))
    result = []
    for written in found:
        negated, item = negation(written)
        meaning = classify_item(kind, item)
        switch = meaning is ItemKind.CONTROL and not negated
        names_list = meaning in (ItemKind.NAMED, ItemKind.CONTROL) and not switch
        file = meaning is ItemKind.FILE
        result.append(Entry(written.decode("latin-1"), like(item, items), negated, switch, names_list, file))
    return tuple(result)


@dataclass(slots=True)
class Switches:
    """What `+include_unknown` and its kin have switched on."""

    include_unknown: bool = False
    ignore_unknown: bool = False
    include_defer: bool = False
    ignore_defer: bool = False

    def set(self, item: bytes) -> None:
        """Obeys one of these items; each is undone by its opposite."""
        include = item.startswith(b"+include")
        if item.endswith(b"unknown"):
            self.include_unknown, self.ignore_unknown = include, not include
        else:
            self.include_defer, self.ignore_defer = include, not include


@lru_cache(maxsize=1024)
def constant_entries(kind: Kind, items: str, single: bool) -> tuple[Entry, ...]:
    """The items of a list as it is written, in which nothing is to be expanded."""
    return entries(kind, items.encode("latin-1"), single, True)


@dataclass(slots=True)
class Scan:
    """One list that a subject is looked for in.

    `option` is what messages call the list: its name, or nothing for the list in quotes. `cache` remembers named lists;
    None after a list that cannot be remembered. `subject` is what messages call the subject. `items` is the list once it is
    expanded, `source` what it was before.
    """

    scope: Scope
    checker: Checker
    option: str
    cache: Cache | None
    subject: bytes = b""
    depth: int = 0
    items: bytes | str = b""
    source: str | None = None

    def over(self, items: tuple[Entry, ...]) -> bool:
        """Whether the subject is in the list; raises ListDeferred, ProcessDied."""
        checker = self.checker
        switches: Switches | None = None
        positive = True
        for entry in items:
            item = entry.item
            if entry.switch:
                if checker.metadata:
                    check_metadata(self.scope, item)
                if item == b"+caseful":
                    checker.use_case()
                else:
                    switches = switches or Switches()
                    switches.set(item)
                continue
            positive = not entry.negated
            named = self._list_of(item) if entry.names_list else None
            try:
                if named is not None:
                    matched, remembered = self._named(item, named)
                    if matched:
                        if self.scope.debug is not None:
                            self._say(positive, f'(matched "{entry.shown}"{" - cached" if remembered else ""})')
                        return positive
                elif entry.file:
                    answer, positive = self._file(item, positive, switches, entry.shown)
                    if answer is not None:
                        return answer
                elif self._test(item, switches):
                    if self.scope.debug is not None:
                        self._say(positive, f'(matched "{entry.shown}")')
                    return positive
            except _Decided as decided:
                if decided.why:
                    self._say(decided.answer, f"({decided.why})")
                return decided.answer
            except ListDeferred:
                trace(self.scope, f"{self._label()} list match deferred for {entry.shown}")
                raise
        if self.scope.debug is not None:
            self._say(not positive, "(end of list)")
        return not positive

    def _label(self) -> str:
        shown = self.option
        if not shown:
            whole = self._shown_items()
            shown = f'"{whole}"' if len(whole) <= _SHOWN else f'"{whole[:_SHOWN]}"...'
        return f"{(self.subject or self.checker.key).decode('latin-1')} in {shown}?"

    def _shown_items(self) -> str:
        return self.items if isinstance(self.items, str) else self.items.decode("latin-1")

    def _say(self, answer: bool, why: str) -> None:
        if self.scope.debug is not None:
            self.scope.debug(f"{self._label()} {_yes(answer)} {why}")

    def _test(self, pattern: bytes, switches: Switches | None) -> bool:
        """Tries one pattern; whatever a switch decides is raised as _Decided."""
        try:
            return self.checker.test(pattern)
        except ItemDeferred as deferred:
            switches = switches or Switches()
            error = f'DNS lookup of "{pattern.decode("latin-1")}" deferred'
            if switches.ignore_defer:
                trace(self.scope, f"{error}: item ignored by +ignore_defer")
                return False
            if switches.include_defer:
                log(self.scope, f"{error}: accepted by +include_defer")
                raise _Decided(True) from deferred
            raise ListDeferred(error if deferred.search_message is None else deferred.search_message) from deferred
        except Unknown as unknown:
            switches = switches or Switches()
            error = unknown.error
            if switches.ignore_unknown:
                trace(self.scope, f"{error}: item ignored by +ignore_unknown")
                return False
            if switches.include_unknown:
                log(self.scope, f"{error}: accepted by +include_unknown")
                raise _Decided(True, error) from unknown
            if log_selected(self.scope, "unknown_in_list"):
                log(self.scope, f"list matching forced to fail: {error}")
            raise _Decided(False, error) from unknown

    def _file(
        self, path: bytes, positive: bool, switches: Switches | None, shown: str
    ) -> tuple[bool | None, bool]:
        """Tries the lines of a file; the answer, if one matched, and the sense of the last line."""
        sense = positive
        name = path.decode("latin-1")
        asked = self.option or f'"{self._shown_items() if self.source is None else self.source}"'
        try:
            lines = lines_of(self.scope, path, self.checker.kind, f"{shown} when checking {asked}")
        except ItemDeferred as error:
            raise ListDeferred(error.search_message or "") from error
        for line in lines:
            negated, pattern = negation(line)
            sense = positive is not negated
            if self._test(pattern, switches):
                # Exim's trace leaves the negation in the file out.
                self._say(positive, f'(matched "{line.decode("latin-1")}" in {name})')
                self.checker.value = pattern
                return sense, sense
        return None, sense

    def _list_of(self, item: bytes) -> NamedList:
        """The named list that `+name` stands for."""
        kind = self.checker.kind
        if self.checker.metadata:
            check_metadata(self.scope, item)
        shown = item.decode("latin-1")
        named = self.scope.config.lists.get(kind, {}).get(shown[1:])
        if named is None:
            message = f'unknown named {SPOKEN[kind]}list "{shown}"'
            log(self.scope, message, panic=True)
            raise ListDeferred("", message)
        if self.depth >= DEEPEST:
            raise ProcessDied(f'named {SPOKEN[kind]}list "{shown}" includes itself')
        return named

    def _named(self, item: bytes, named: NamedList) -> tuple[bool, bool]:
        """Whether a named list matches, and whether that was remembered."""
        scope, checker = self.scope, self.checker
        kind = checker.kind
        cache = self.cache if is_constant(named) else None
        slot = (kind, named.name, bytes(checker.key))
        known = cache.get(slot) if cache is not None else None
        if known is not None:
            checker.value = known.value
            return known.matched, True
        inner = Scan(scope, checker, "", cache, self.subject, self.depth + 1)
        matched = inner.expanded(named.text)
        if inner.cache is None:
            self.cache = None
            return matched, False
        inner.cache[slot] = Remembered(matched, checker.value)
        return matched, False

    def expanded(self, text: Text | bytes | str, *, single: bool = False) -> bool:
        """Expands a list and goes through it; a forced failure means that the subject is not in it."""
        scope = self.scope
        if isinstance(text, Text):
            source = text.string
            if "$" not in source and "\\" not in source:
                self.items = self.source = source
                constant = constant_entries(self.checker.kind, source, single)
                return self._over(constant, False) if self.checker.metadata else self.over(constant)
        else:
            source = text.decode("latin-1") if isinstance(text, bytes) else text
        try:
            items = self._expand(text)
        except ForcedFailure:
            trace(scope, f'expansion of "{source}" forced failure: assume not in this list')
            return False
        except ExpansionError as error:
            message = f'failed to expand "{source}" while checking a list: {error.message}'
            log(scope, message, panic=True)
            raise ListDeferred("", message) from error
        return self.over_expanded(items, single=single, source=source)

    def over_expanded(self, items: bytes, *, single: bool = False, source: str | None = None) -> bool:
        """Goes through an expanded list; `source` is the text that it was before, for messages."""
        self.items, self.source = items, source
        tainted_too = version_of(self.scope) < (4, 99)
        return self._over(entries(self.checker.kind, items, single, tainted_too), is_tainted(items))

    def _over(self, items: tuple[Entry, ...], metadata: bool) -> bool:
        """Goes through the items; `metadata` says that somebody outside could choose them."""
        checker = self.checker
        outside, checker.metadata = checker.metadata, metadata
        try:
            return self.over(items)
        finally:
            checker.metadata = outside

    def _expand(self, text: Text | bytes | str) -> bytes:
        """Expands a list; while a domain list is expanded, `$domain` is the subject, unless it is something already."""
        scope, address = self.scope, self.scope.address
        if self.checker.kind != "domain" or (address is not None and address.domain):
            return expand(text, scope)
        if address is None:
            scope.address = Address(domain=self.checker.key)
            try:
                return expand(text, scope)
            finally:
                scope.address = None
        address.domain = self.checker.key
        try:
            return expand(text, scope)
        finally:
            address.domain = b""


class _Decided(Exception):
    """A switch has answered for the whole list; `why` is for the trace."""

    def __init__(self, answer: bool, why: str = "") -> None:
        super().__init__(why)
        self.answer = answer
        self.why = why


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


def is_constant(named: NamedList) -> bool:
    """Whether what a named list says may be remembered: it holds no expansion, or is said to be the same each time."""
    return "$" not in named.text.string or named.cached
