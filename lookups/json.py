"""json: an element of a file with a JSON structure (specification 9.3)."""

from __future__ import annotations

import json as parser
from math import isinf
from typing import TYPE_CHECKING, Any, NoReturn

from exim_lang.expand.string_list import split_list
from exim_lang.search.parsed import open_parsed
from exim_lang.search.registry import lookup_type

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


class _Nothing:
    """The content of a file that is no JSON."""


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _integer(digits: str) -> int:
    if not -(2**63) <= (value := int(digits)) < 2**63:
        _refuse(digits)
    return value


def _real(digits: str) -> float:
    if isinf(value := float(digits)):
        _refuse(digits)
    return value


def _parse(content: bytes) -> Any:
    """The content of a file: an object or an array whose numbers fit into 64 bits."""
    try:
        value = parser.loads(content.decode("utf-8"), parse_constant=_refuse, parse_int=_integer, parse_float=_real)
    except ValueError:
        return _Nothing()
    return value if isinstance(value, dict | list) else _Nothing()


def _open(scope: Scope, file: bytes) -> Any:
    return open_parsed(scope, file, "json search", _parse, folder="is not a regular file (json lookup)")


@lookup_type("json", kind="single-key", open=_open)
def json(scope: Scope, handle: Any, key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """The element that a list of names and numbers leads to; a file that is no JSON has none."""
    value = handle
    for step in split_list(key):
        if step.isdigit() or not step:
            number = int(step or b"0")
            if not isinstance(value, list) or number >= len(value):
                return None
            value = value[number]
        else:
            name = step.decode("utf-8", "surrogateescape")
            if not isinstance(value, dict) or name not in value:
                return None
            value = value[name]
    match value:
        case None | _Nothing():
            return None
        case str():
            return value.encode("utf-8", "surrogateescape")
        case float():
            return b"%f" % value
        case _:
            return dump(value).encode("utf-8", "surrogateescape")


def dump(value: Any) -> str:
    """A value as the JSON library of Exim writes it: reals with 17 digits, text as it is but for control characters."""
    match value:
        case bool() | None:
            return parser.dumps(value)
        case float():
            text = f"{value:.17g}"
            return text if any(sign in text for sign in ".en") else text + ".0"
        case int():
            return str(value)
        case str():
            return parser.dumps(value, ensure_ascii=False)
        case list():
            return "[" + ", ".join(map(dump, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{dump(name)}: {dump(item)}" for name, item in value.items()) + "}"
        case _:
            raise TypeError(f"{type(value)} is not of JSON")
