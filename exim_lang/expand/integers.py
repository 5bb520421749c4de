"""Integers as strings give them (specification chapter 11, the numeric conditions)."""

from __future__ import annotations

import re
from typing import Final

from exim_lang.errors import ExpansionError
from exim_lang.expand.digits import decimal_integer

LARGEST: Final = 2**63 - 1
SMALLEST: Final = -(2**63)
_SPACES: Final = b" \t\n\v\f\r"
_DIGITS: Final = re.compile(rb"[+-]?[0-9]+")
_FACTORS: Final = {b"": 1, b"k": 1024, b"m": 1024**2, b"g": 1024**3}


def expanded_integer(value: bytes, *, non_negative: bool = False) -> int:
    """The integer that a string stands for: decimal digits with a sign and one of the letters K, M, G at will.

    White space around it is ignored; a string of nothing but white space is zero (an empty one is not: who takes that
    as zero tests for it). Raises ExpansionError with Exim's message for anything else and for more than 64 bits.
    """
    shown = value.lstrip(_SPACES)
    if not shown and value:
        return 0
    text = shown.decode("latin-1")
    number = _DIGITS.match(shown)
    if number is None:
        raise ExpansionError(f'integer expected but "{text}" found')
    if non_negative and decimal_integer(number[0]) < 0:
        raise ExpansionError(f'non-negative integer expected but "{text}" found')
    result = decimal_integer(number[0])
    rest = shown[number.end() :]
    letter = rest[:1].lower()
    factor = _FACTORS.get(letter, 1)
    if not SMALLEST <= result * factor <= LARGEST:
        raise ExpansionError(f'absolute value of integer "{text}" is too large (overflow)')
    if (rest[1:] if letter in _FACTORS else rest).strip(_SPACES):
        raise ExpansionError(f'invalid integer "{text}"')
    return result * factor


def compared_integer(value: bytes) -> int:
    """Like `expanded_integer`, but an empty string is zero, as it is in the numeric conditions."""
    return expanded_integer(value) if value else 0


def leading_integer(value: bytes) -> int:
    """What C's atoi() makes of a string: the digits it starts with, as a 32 bit integer; zero without any."""
    number = _DIGITS.match(value.lstrip(_SPACES))
    if number is None:
        return 0
    whole = min(max(decimal_integer(number[0]), SMALLEST), LARGEST) & 0xFFFFFFFF
    return whole - 2**32 if whole & 0x80000000 else whole
