"""JSON as Exim reads it: a scan for commas at the top level, not a parser (specification chapter 11).

Strings are not looked into: a comma or a bracket inside one counts as if it stood outside. That is what the conditions
`forany_json`, `forall_json` and the item `${extract json` do, and what this does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from exim_lang.errors import ExpansionError
from exim_lang.taint import like

_SPACES: Final = b" \t\n\v\f\r"
_BACKSLASH: Final = 0x5C
_COMMA: Final = 0x2C


def dewrap(text: bytes, wrap: bytes, where: str = "") -> bytes:
    """What stands between the two characters `wrap` (`b'[]'`, `b'{}'`, `b'""'`), as tainted as `text`.

    White space in front is skipped, what follows the closing character ignored; a backslash hides the next character.
    Raises ExpansionError `missing 'x'`, followed by `where`.
    """
    first, last = wrap
    rest = text.lstrip(_SPACES)
    if not rest or rest[0] != first:
        raise ExpansionError(f"missing '{chr(first)}'{where}")
    depth = 0
    at = 1
    while at < len(rest):
        code = rest[at]
        if code == _BACKSLASH:
            at += 1
        elif code == last:
            if depth == 0:
                return like(rest[1:at], text)
            depth -= 1
        elif code == first:
            depth += 1
        at += 1
    raise ExpansionError(f"missing '{chr(last)}'{where}")


def elements(inside: bytes) -> Iterator[bytes]:
    """The elements of what stands inside the brackets of an array or the braces of an object.

    White space in front of an element is dropped, behind it kept. The first empty element ends the list.
    """
    at = 0
    while True:
        while at < len(inside) and inside[at] in _SPACES:
            at += 1
        start = at
        squares = curlies = 0
        while at < len(inside) and (inside[at] != _COMMA or squares or curlies):
            match inside[at]:
                case 0x5B:
                    squares += 1
                case 0x5D:
                    squares -= 1
                case 0x7B:
                    curlies += 1
                case 0x7D:
                    curlies -= 1
            at += 1
        if at == start:
            return
        yield like(inside[start:at], inside)
        at += 1


def next_items(text: bytes, strip_quotes: bool) -> Iterator[bytes]:
    """The elements of the JSON array `text`, brackets included; with `strip_quotes` they must be strings.

    Raises ExpansionError when `text` is not an array, and at an element that is not a string where one is wanted.
    """
    for element in elements(dewrap(text, b"[]")):
        yield dewrap(element, b'""', " wrapping string result for extract jsons") if strip_quotes else element
