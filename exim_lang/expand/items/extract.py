"""`${extract`: fields by number, by name, and from JSON (specification section 11.5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Final

from exim_lang.errors import ExpansionError
from exim_lang.expand.digits import decimal_integer
from exim_lang.expand.json_items import dewrap, elements
from exim_lang.expand.registry import item
from exim_lang.expand.string_list import SPACES
from exim_lang.expand.substrings import as_int
from exim_lang.taint import like

_ESCAPE: Final = re.compile(rb"\\(?:([0-7]{1,3})|x([0-9a-fA-F]{0,2})|(.))", re.DOTALL)
_LETTERS: Final = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


def prepared_extract(options: str, key: bytes | None, *rest: bytes | None) -> Callable[[bytes], bytes | None] | None:
    """`extract` with a name, or a number and separators, that are known when the string is compiled."""
    name = key.strip(SPACES) if key is not None else b""
    if options or not name or rest[-1] is not None:
        return None
    if len(rest) == 1:
        return partial(named_field, name)
    separators = rest[0]
    if separators is None:
        return None
    number = as_int(decimal_integer(name))
    return lambda value: numbered_field(number, separators, value)


@item("extract", 2, 3, options=True, choice=True, prepare=prepared_extract)
def extract(options: str, key: bytes, *rest: bytes) -> bytes | None:
    """`{number}{separators}{string}`, `{name}{name=value ...}`, and `json` or `jsons` with `{number or name}{json}`."""
    name = key.strip(SPACES)
    if not name:
        raise ExpansionError('first argument of "extract" must not be empty')
    if options:
        return json_field(options, bytes(name), rest[0])
    if len(rest) == 2:
        return numbered_field(0 if name == b"-" else as_int(decimal_integer(name)), bytes(rest[0]), rest[1])
    return named_field(bytes(name), rest[0])


def numbered_field(number: int, separators: bytes, value: bytes) -> bytes | None:
    """The field at `number`, counted from 1 or from -1 at the end; 0 is the whole string; None for no such field."""
    if number == 0:
        return value
    if len(separators) == 1:
        fields = value.split(separators)
    else:
        fields = re.split(b"[" + re.escape(separators) + b"]", bytes(value)) if separators else [bytes(value)]
    if abs(number) > len(fields):
        return None
    return like(fields[number - 1 if number > 0 else number], value)


def named_field(name: bytes, text: bytes) -> bytes | None:
    """The value of `name` among `name=value` pairs, whose values may be quoted; None when it is not there."""
    wanted = name.lower()
    at = 0
    while True:
        at = _skip(text, at)
        if at >= len(text):
            return None
        start = at
        while at < len(text) and text[at] != 0x3D and text[at] not in SPACES:
            at += 1
        found = text[start:at]
        at = _skip(text, at)
        if text[at : at + 1] == b"=":
            at = _skip(text, at + 1)
        value, at = quoted_word(text, at)
        if found.lower() == wanted:
            return like(value, text)


def quoted_word(text: bytes, at: int) -> tuple[bytes, int]:
    """The word at `at`, or what stands in double quotes there with its escapes undone, and where it ends."""
    start = at
    if text[at : at + 1] != b'"':
        while at < len(text) and text[at] not in SPACES:
            at += 1
        return text[start:at], at
    at += 1
    while at < len(text) and text[at] != 0x22:
        at += 2 if text[at] == 0x5C else 1
    return _ESCAPE.sub(_unescaped, text[start + 1 : at]), min(at + 1, len(text))


def _unescaped(found: re.Match[bytes]) -> bytes:
    if found[1] is not None:
        return bytes([int(found[1], 8) & 0xFF])
    if found[2] is not None:
        return bytes([int(found[2] or b"0", 16)])
    return _LETTERS.get(found[3], found[3])


def _skip(text: bytes, at: int) -> int:
    while at < len(text) and text[at] in SPACES:
        at += 1
    return at


def json_field(options: str, key: bytes, text: bytes) -> bytes | None:
    """An element of an array by number, or the value of a member of an object; `jsons` takes the quotes off."""
    where = " for extract json"  # Exim says so for `jsons`, too
    if key.removeprefix(b"-").isdigit() or key == b"-":
        found = _element(0 if key == b"-" else as_int(decimal_integer(key)), text, where)
    else:
        found = _member(key, text, where)
    if found is None or options != "jsons":
        return found
    return dewrap(found, b'""', " wrapping string result for extract jsons")


def _element(number: int, text: bytes, where: str) -> bytes | None:
    array = dewrap(text, b"[]", f" wrapping array{where}")
    if number <= 0:
        raise ExpansionError('first argument of "extract" must be greater than zero')
    for index, element in enumerate(elements(array), 1):
        if index == number:
            return like(bytes(element).rstrip(SPACES), element)
    return None


def _member(key: bytes, text: bytes, where: str) -> bytes | None:
    for member in elements(dewrap(text, b"{}", f" wrapping object{where}")):
        name = dewrap(member, b'""', f" wrapping string key{where}")
        if name == key:
            rest = member.lstrip(SPACES)[len(name) + 2 :].lstrip(SPACES)
            if rest[:1] != b":":
                raise ExpansionError(f"missing object value-separator{where}")
            return like(rest[1:].lstrip(SPACES), text)
    return None
