"""Small pieces of syntax in the arguments of conditions and modifiers: words in quotes, times."""

from __future__ import annotations

import re

from exim_lang.syntax import times
from exim_lang.taint import like

_BLANKS = b" \t\n\v\f\r"
_ESCAPES = {0x62: 8, 0x66: 12, 0x6E: 10, 0x72: 13, 0x74: 9, 0x76: 11}
_OCTAL = re.compile(rb"[0-7]{1,3}")
_HEX = re.compile(rb"x([0-9A-Fa-f]{1,2})")


def next_word(value: bytes) -> tuple[bytes, bytes]:
    """The first word of `value` and what follows it; a word in double quotes may hold white space and escapes."""
    if not value.startswith(b'"'):
        end = next((at for at, code in enumerate(value) if code in _BLANKS), len(value))
        return like(value[:end], value), like(value[end:], value)
    word = bytearray()
    at = 1
    while at < len(value) and value[at] != 0x22:
        if value[at] == 0x5C:
            code, at = _escape(value, at + 1)
            word.append(code)
        else:
            word.append(value[at])
            at += 1
    return like(bytes(word), value), like(value[at + 1 :], value)


def _escape(value: bytes, at: int) -> tuple[int, int]:
    """The character that the escape behind a backslash stands for, and where it ends."""
    octal = _OCTAL.match(value, at)
    if octal is not None:
        return int(octal[0], 8) & 0xFF, octal.end()
    if value[at : at + 1] == b"x":
        digits = _HEX.match(value, at)
        return (int(digits[1], 16), digits.end()) if digits is not None else (0, at + 1)
    if at >= len(value):
        return 0x5C, at
    return _ESCAPES.get(value[at], value[at]), at + 1


def read_time(value: bytes) -> int | None:
    """Seconds of a time such as `1h30m` or `45s`, in any order of units; None for what is none."""
    return times.read_time(value.decode("latin-1"))
