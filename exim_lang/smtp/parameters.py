"""The parameters behind the address of MAIL and RCPT: `SIZE=1000`, `BODY=8BITMIME`, `SMTPUTF8` (RFC 5321, 4.1.2)."""

from __future__ import annotations

import re

_SPACE = b" \t\n\r\v\f"
_IN_FRONT = re.compile(rb"[=\s]")
"""One of these is what a parameter begins with."""


def last_parameter(data: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Takes the last parameter off: what stands before it, its name, its value. None when no parameter is there.

    A name without `=` is its own value (the same object), as Exim has it. Spaces in a quoted local part do not count.
    """
    data = data.rstrip(_SPACE)
    if _IN_FRONT.search(data) is None:
        return None
    at = len(data) - 1
    while at > 0 and data[at] != 0x3D and data[at] not in _SPACE:  # =
        if data[at] == 0x22:  # "
            at -= 1
            while at > 0 and data[at] != 0x22:
                at -= 1
            if at <= 0:
                return None
        at -= 1
    if at <= 0:
        return None
    if data[at] in _SPACE:
        word = data[at + 1 :]
        return data[:at], word, word
    start = at
    while start > 0 and chr(data[start - 1]).isalpha() and data[start - 1] < 128:
        start -= 1
    if start <= 0 or data[start - 1] not in _SPACE:
        return None
    return data[: start - 1], data[start:at], data[at + 1 :]


def put_back(before: bytes, name: bytes, value: bytes, gap: bytes = b" ") -> bytes:
    """The data again with a parameter that is none, so that the error shows it; `gap` is put before one without `=`."""
    return before + gap + name if value is name else before + b" " + name + b"=" + value


def decode_xtext(value: bytes) -> bytes | None:
    """The decoded value of an xtext (RFC 3461), None for one that is malformed."""
    decoded = bytearray()
    at = 0
    while at < len(value):
        byte = value[at]
        if byte == 0x2B:  # +
            digits = value[at + 1 : at + 3]
            if len(digits) != 2 or any(digit not in b"0123456789abcdefABCDEF" for digit in digits):
                return None
            decoded.append(int(digits, 16))
            at += 3
            continue
        if byte < 33 or byte > 126 or byte == 0x3D:
            return None
        decoded.append(byte)
        at += 1
    return bytes(decoded)
