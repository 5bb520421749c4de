"""Lists as they stand in a configuration: items with their places, before expansion (specification chapter 10).

    items = parse_list(Text.literal("+local_domains : !*.example.org"), "domain").items

An item knows what kind of pattern it is, as far as the text tells before expansion. `unparse(parse_list(t, kind))` is a
list that means the same, evenly spaced; reading it again gives the same tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from exim_lang.errors import EximLangError
from exim_lang.records import dataclass, field
from exim_lang.source.text import Span, Text
from exim_lang.syntax.lalr import Parser, Token, Tree, Unexpected
from exim_lang.syntax.lark import load_parser
from exim_lang.syntax.list_items import SPACES, ItemKind, Kind, classify_item, negation, split_address_pattern

_BLANK: Final = SPACES.decode()
_CONTROL: Final = frozenset(map(chr, [*range(0x20), 0x7F]))
_SEPARATORS: Final = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") | _CONTROL
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t"}
_LOOKUPS: Final = frozenset({ItemKind.LOOKUP, ItemKind.NET_LOOKUP, ItemKind.SPLIT_LOOKUP})


@dataclass(frozen=True, slots=True)
class ListItem:
    """One item.

    `text` is the pattern without its negation: escapes and `\\N` worked out, doubled separators single, expansions as they
    are written. `written` is the pattern as it is to be written in this list. `constant` says that it holds no expansion;
    `kind` is EXPANDED where only expansion will tell. `span` covers the item with its negation, `pattern` without.
    """

    kind: ItemKind
    text: str
    written: str
    negated: bool = False
    constant: bool = True
    span: Span = field(default=Span(0, 0), compare=False)
    pattern: Span = field(default=Span(0, 0), compare=False)

    @property
    def lookup(self) -> tuple[str, str] | None:
        """The lookup type as written, options and all, and the file or query of a lookup item."""
        if self.kind not in _LOOKUPS:
            return None
        name, _, rest = self.text.partition(";")
        if self.kind is ItemKind.SPLIT_LOOKUP:
            name = name[2:]
        elif self.kind is ItemKind.NET_LOOKUP:
            name = name.partition("-")[2]
        return name, rest.lstrip(_BLANK)


@dataclass(frozen=True, slots=True)
class List:
    """A list of one kind. `mark` is how its separator is written (`:`, `;`, `\\n`); `changed`, that a leading `<` says so."""

    kind: Kind
    items: tuple[ListItem, ...]
    separator: str = ":"
    mark: str = ":"
    changed: bool = False

    def item_at(self, offset: int) -> ListItem | None:
        """The item at, or right in front of, a character of the text."""
        return next((item for item in self.items if item.span.start <= offset <= item.span.end), None)


class _Unit(NamedTuple):
    """A character of the expanded list (None: whatever an expansion gives), how it is written, and where."""

    char: str | None
    written: str
    kept: bool
    start: int
    end: int


def parse_list(text: Text | str, kind: Kind) -> List:
    """Takes a list apart; raises EximLangError where a brace is missing, with the place."""
    source = Text.literal(text) if isinstance(text, str) else text
    units = list(_units(source))
    separator, mark, at = _change(units)
    items = tuple(_items(units[at:], separator, kind, len(source)))
    return List(kind, items, separator, mark, at > 0)


def unparse(items: List) -> str:
    """The list as text, one space around each separator."""
    words = [("! " if item.negated else "") + item.written for item in items.items]
    text = f" {items.mark} ".join(words)
    if words and not words[-1]:
        text += items.mark  # an empty item at the end needs a separator of its own
    return (f"<{items.mark} {text}" if text else f"<{items.mark}") if items.changed else text


def quoted_item(pattern: str, separator: str = ":") -> str:
    """A literal pattern as it must be written in an expanded list: nothing in it is expanded, separators are doubled."""
    doubled = pattern if separator in _CONTROL else pattern.replace(separator, separator * 2)
    return f"\\N{doubled}\\N" if "\\" in doubled or "$" in doubled else doubled


def reference(item: ListItem, kind: Kind) -> tuple[Kind, str] | None:
    """The kind and the name of the named list that an item refers to: `+x`, and `*@+x` in address lists."""
    if item.kind is ItemKind.NAMED:
        return kind, item.text[1:]
    if kind == "address" and item.kind in (ItemKind.ADDRESS, ItemKind.DOMAIN):
        pattern = item.text.encode("latin-1")
        domain = split_address_pattern(pattern)[1] if item.kind is ItemKind.ADDRESS else pattern
        name = negation(domain.strip(SPACES))[1]
        if name.startswith(b"+"):
            return "domain", name[1:].decode("latin-1")
    return None


@cache
def _parser() -> Parser:
    return load_parser("list")


def _units(text: Text) -> Iterator[_Unit]:
    try:
        tree = _parser().parse(text.string)
    except Unexpected as error:
        raise EximLangError("missing } at end of string", Span(error.at, len(text)), text) from error
    for part in tree.children:
        if isinstance(part, Token):
            yield from _token_units(part)
            continue
        assert isinstance(part, Tree)
        if part.data == "expansion":
            start, end = part.children[0].start_pos, part.children[-1].end_pos
            yield _Unit(None, text.string[start:end], False, start, end)
            continue
        for token in part.children:
            if isinstance(token, Token) and token.type == "KEPT":
                start = token.start_pos
                yield from (_Unit(c, c, True, start + n, start + n + 1) for n, c in enumerate(token))


def _token_units(token: Token) -> Iterator[_Unit]:
    start = token.start_pos
    if token.type == "TEXT":
        yield from (_Unit(char, char, False, start + n, start + n + 1) for n, char in enumerate(token))
        return
    char = _escaped(token[1:]) if token.type == "ESCAPE" else None
    yield _Unit(char, str(token), False, start, start + len(token))


def _escaped(code: str) -> str:
    """What a backslash and `code` stand for in an expanded string."""
    if code[:1] == "x":
        return chr(int(code[1:] or "0", 16))
    if code[:1] in "01234567" and code:
        return chr(int(code, 8) & 0xFF)
    return _ESCAPES.get(code, code or "\\")


def _change(units: list[_Unit]) -> tuple[str, str, int]:
    """The separator, how it is written, and behind how many units the items begin."""
    at = next((n for n, unit in enumerate(units) if not _is_blank(unit, _BLANK)), len(units))
    if at + 1 < len(units) and units[at].char == "<":
        char = units[at + 1].char
        if char is not None and char in _SEPARATORS:
            written = units[at + 1].written
            return char, f"\\{char}" if written in ("$", "\\") else written, at + 2
    if at + 1 == len(units) and units[at].char == "<":
        return "\0", "", at + 1  # the NUL that ends a string in C is a control character, too
    return ":", ":", 0


def _is_blank(unit: _Unit, blank: str) -> bool:
    return unit.char is not None and unit.char in blank


def _items(units: list[_Unit], separator: str, kind: Kind, length: int) -> Iterator[ListItem]:
    """Splits as Exim does after expansion: a doubled separator is data, unless it is a control character."""
    blank = _BLANK.replace(separator, "")
    doubles = separator not in _CONTROL
    at, end = 0, len(units)
    while True:
        at = next((n for n in range(at, end) if not _is_blank(units[n], blank)), end)
        if at == end:
            return
        data: list[_Unit] = []
        while at < end:
            unit = units[at]
            at += 1
            if unit.char != separator:
                data.append(unit)
                continue
            other = units[at] if at < end else None
            if not (doubles and other is not None and other.char == separator):
                break
            alike = unit.kept is other.kept
            written = unit.written + other.written if alike else separator * 2
            data.append(_Unit(separator, written, unit.kept or not alike, unit.start, other.end))
            at += 1
        stop = units[at - 1].start if units[at - 1].char == separator else length
        yield _item(data, kind, stop)


def _item(data: list[_Unit], kind: Kind, stop: int) -> ListItem:
    while data and _is_blank(data[-1], _BLANK):
        data.pop()
    whole = Span(data[0].start, data[-1].end) if data else Span(stop, stop)
    negated = bool(data) and data[0].char == "!"
    if negated:
        data = data[1:]
        while data and _is_blank(data[0], _BLANK):
            data = data[1:]
    text = "".join(unit.written if unit.char is None else unit.char for unit in data)
    constant = all(unit.char is not None for unit in data)
    pattern = Span(data[0].start, data[-1].end) if data else Span(whole.end, whole.end)
    return ListItem(_kind(kind, data, text, constant), text, _written(data), negated, constant, whole, pattern)


def _written(data: list[_Unit]) -> str:
    """The units as text again; what `\\N` stood between stays apart."""
    text = ""
    kept = False
    end = data[0].start if data else 0
    for unit in data:
        if unit.kept is not kept:
            text += "\\N"
            kept = unit.kept
        elif unit.start != end:
            text += "\\N\\N"
        text += unit.written
        end = unit.end
    return text + "\\N" if kept else text


def _kind(kind: Kind, data: list[_Unit], text: str, constant: bool) -> ItemKind:
    """The kind of an item; one with expansions has a kind when what stands in front of them settles it."""
    if constant:
        return classify_item(kind, text.encode("latin-1"))
    prefix = ""
    for unit in data:
        if unit.char is None:
            break
        prefix += unit.char
    found = classify_item(kind, prefix.encode("latin-1") + b"x")
    settled = {ItemKind.FILE, ItemKind.NAMED, ItemKind.REGEX, ItemKind.TAIL, *_LOOKUPS}
    return found if found in settled else ItemKind.EXPANDED

