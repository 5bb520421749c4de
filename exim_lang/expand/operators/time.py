"""Exim's time intervals, such as `1w2d3h4m5s` (specification sections 6.15 and 11.6). Seconds are C ints of 32 bits."""

from __future__ import annotations

import re
from typing import Final

from exim_lang.errors import ExpansionError
from exim_lang.expand.digits import decimal_integer
from exim_lang.expand.registry import operator
from exim_lang.expand.substrings import as_int

_UNITS: Final = {b"w": 604800, b"d": 86400, b"h": 3600, b"m": 60, b"s": 1}
_PART: Final = re.compile(rb"([0-9]+)([wdhms])")


def read_interval(value: bytes) -> int | None:
    """The seconds of an interval; None for a string that is none."""
    seconds = 0
    at = 0
    while at < len(value):
        part = _PART.match(value, at)
        if part is None:
            return None
        seconds = as_int(seconds + min(decimal_integer(part[1]), 2**64 - 1) * _UNITS[part[2]])
        at = part.end()
    return seconds if value and seconds >= 0 else None


def written_interval(seconds: int) -> bytes:
    """An interval in weeks, days, hours, minutes and seconds; parts that are zero are left out."""
    sign, left = (b"-", -seconds) if seconds < 0 else (b"", seconds)
    parts = []
    for letter, size in _UNITS.items():
        count, left = divmod(left, size)
        if count:
            parts.append(b"%d%s" % (count, letter))
    return sign + (b"".join(parts) or b"0s")


@operator("time_eval", taint="clears")
def time_eval(value: bytes) -> bytes:
    seconds = read_interval(value)
    if seconds is None:
        shown = value.decode("latin-1")
        raise ExpansionError(f'string "{shown}" is not an Exim time interval in "time_eval" operator')
    return b"%d" % seconds


@operator("time_interval", taint="clears")
def time_interval(value: bytes) -> bytes:
    if value and not value.isdigit():
        shown = value.decode("latin-1")
        raise ExpansionError(f'string "{shown}" is not a positive number in "time_interval" operator')
    return written_interval(as_int(min(decimal_integer(value or b"0"), 2**64 - 1)))
