"""Times and fixed-point numbers as configurations write them (specification chapter 6.15, 6.16)."""

from __future__ import annotations

import re

TIME_UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
_TIME = re.compile("(?:[0-9]+[wdhms])+")
_PART = re.compile("([0-9]+)([wdhms])")
_FIXED = re.compile(r"([0-9]*)(?:\.([0-9]*))?")


def read_time(string: str) -> int | None:
    """Seconds of `1w2d3h4m5s`, in any order and number of parts; None for anything else, a number without unit included."""
    if _TIME.fullmatch(string) is None:
        return None
    return sum(int(number) * TIME_UNITS[unit] for number, unit in _PART.findall(string))


def read_fixed(string: str) -> int | None:
    """Thousandths of a decimal number; digits behind the third are forgotten. None for anything else."""
    match = _FIXED.fullmatch(string)
    if match is None or not string:
        return None
    return int(match[1] or "0") * 1000 + int(((match[2] or "") + "000")[:3])
