"""Lists as strings: taking one apart and putting one together (specification chapter 6, "List construction").

Items are separated by colons, or by the character behind a leading `<`. A doubled separator stands for itself, white
space around items is dropped. Here a list is plain bytes that were expanded already; list options with their origins
and special items are the business of exim_lang.syntax.list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from exim_lang.taint import class_of, is_tainted, like

COLON: Final = 0x3A
SPACES: Final = b" \t\n\v\f\r"
_CONTROLS: Final = bytes([*range(0x20), 0x7F])
_PUNCTUATION: Final = b"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
_PLAIN: Final = re.compile(rb"[^\s:<][^\s:]*(?::[^\s:]+)*")
"""A list in which colons are all that matters: no doubled ones, no white space, no other separator asked for."""
_SEPARATORS: Final = _PUNCTUATION + _CONTROLS


def is_separator(code: int) -> bool:
    """Whether `<` followed by this character changes the separator: a punctuation or a control character."""
    return code in _SEPARATORS


def separator_change(items: bytes, *, tainted_too: bool = False) -> int | None:
    """The separator that the list asks for by a leading `<x`, or None.

    Since Exim 4.99 the request of a list that came from outside is ignored; `tainted_too` asks for the older behaviour.
    """
    if is_tainted(items) and not tainted_too:
        return None
    rest = items.lstrip(SPACES)
    if rest == b"<":
        return 0  # the NUL that ends the string is a control character, too
    return rest[1] if len(rest) > 1 and rest[0] == 0x3C and rest[1] in _SEPARATORS else None


def split_list(
    items: bytes, separator: int | None = None, *, default: int = COLON, tainted_too: bool = False
) -> Iterator[bytes]:
    """The items of a list in order, each with the taint of the list.

    `separator` is a fixed one, as the code of a character; None means `default`, or what the list itself asks for by a
    leading `<x`. An empty list, or one of nothing but white space, has no items; a final separator does not start one.
    A separator that is a control character cannot be doubled. `tainted_too`: see `separator_change`.
    """
    if separator is None and default == COLON and type(items) is bytes and _PLAIN.fullmatch(items):
        return iter(items.split(b":"))
    return _split(items, separator, default, tainted_too)


def _split(items: bytes, separator: int | None, default: int, tainted_too: bool) -> Iterator[bytes]:
    at = 0
    if separator is None:
        separator = separator_change(items, tainted_too=tainted_too)
        if separator is None:
            separator = default
        else:
            at = items.index(b"<") + 2
    mark = bytes([separator])
    doubles = separator not in _CONTROLS
    blank = SPACES.replace(mark, b"")
    end = len(items)
    while True:
        while at < end and items[at] in blank:
            at += 1
        if at >= end:
            return
        pieces: list[bytes] = []
        if items[at] == separator:
            at += 1
            if not (doubles and at < end and items[at] == separator):
                yield like(b"", items)
                continue
        # From here on the character at `at` is data, even where it is the second of a doubled separator.
        while True:
            found = items.find(mark, at + 1)
            stop = end if found == -1 else found
            pieces.append(items[at:stop])
            at = stop + 1
            if not (doubles and at < end and items[at] == separator):
                break
        yield like(b"".join(pieces).rstrip(SPACES), items)


def quote_item(value: bytes, separator: int = COLON) -> bytes:
    """An item as it stands in a list: its separators doubled."""
    mark = bytes([separator])
    return like(value.replace(mark, mark + mark), value) if mark in value else value


def join_list(items: Iterable[bytes], separator: int = COLON) -> bytes:
    """A list of `items` as `${map` and `${filter` give it: one separator between items, those in them doubled.

    An item behind another that is empty or starts with the separator gets a space in front: otherwise it would be taken
    for a doubled separator. The result is as tainted as its items.
    """
    values = list(items)
    kind = class_of(values)
    mark = bytes([separator])
    joined = mark.join(values)
    if joined.count(mark) >= len(values) or b"" in values:  # else no item has a separator
        joined = _join_doubled(values, separator)
    return joined if kind is bytes else kind(joined)


def _join_doubled(values: list[bytes], separator: int) -> bytes:
    parts: list[bytes] = []
    for value in values:
        alone = not parts or (value and value[0] != separator)
        parts.append(quote_item(value, separator) if alone else b" " + quote_item(value, separator))
    return bytes([separator]).join(parts)
