"""Numbers in base 32 and base 62 (specification section 11.6).

The arithmetic is that of 64 bit words: larger decimal numbers become the largest, longer digit strings wrap around.
"""

from __future__ import annotations

import re
from typing import Final

from exim_lang.errors import ExpansionError
from exim_lang.expand.digits import decimal_integer
from exim_lang.expand.registry import operator

_BASE32: Final = b"abcdefghijklmnopqrstuvwxyz234567"
_BASE62: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_UNSIGNED: Final = 2**64 - 1
_DECIMAL: Final = re.compile(rb"[ \t\n\v\f\r]*([+-]?)([0-9]+)")


def unsigned(value: bytes, name: str) -> int:
    """The decimal number of the whole string as strtoul() reads it; an empty one is zero."""
    found = _DECIMAL.fullmatch(value)
    if found is None:
        if not value:
            return 0
        shown = value.decode("latin-1")
        raise ExpansionError(f'argument for {name} operator is "{shown}", which is not a decimal number')
    number = decimal_integer(found[2])
    if number > _UNSIGNED:
        return _UNSIGNED
    return -number & _UNSIGNED if found[1] == b"-" else number


def in_digits(number: int, digits: bytes) -> bytes:
    """`number` written with `digits`, the highest first; nothing for zero."""
    written = bytearray()
    while number:
        number, digit = divmod(number, len(digits))
        written.append(digits[digit])
    return bytes(reversed(written))


def decimal(value: bytes, digits: bytes, name: str) -> bytes:
    """`value`, written with `digits`, as a decimal number of 64 bits with its sign."""
    number = 0
    for byte in value:
        digit = digits.find(byte)
        if digit < 0:
            shown = value.decode("latin-1")
            base = len(digits)
            raise ExpansionError(f'argument for {name} operator is "{shown}", which is not a base {base} number')
        number = number * len(digits) + digit & _UNSIGNED
    return b"%d" % (number - 2**64 if number >> 63 else number)


@operator("base32", taint="clears")
def base32(value: bytes) -> bytes:
    return in_digits(unsigned(value, "base32"), _BASE32)


@operator("base32d", taint="clears")
def base32d(value: bytes) -> bytes:
    return decimal(value, _BASE32, "base32d")


@operator("base62", taint="clears")
def base62(value: bytes) -> bytes:
    """Six digits, the lowest ones of a larger number."""
    return in_digits(unsigned(value, "base62") % 62**6, _BASE62).rjust(6, b"0")


@operator("base62d", taint="clears")
def base62d(value: bytes) -> bytes:
    return decimal(value, _BASE62, "base62d")
