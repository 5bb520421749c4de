"""Times and sizes as Exim reads them, and as people write them."""

from __future__ import annotations

import re
from typing import Final

TIME: Final = re.compile(r"(?:\d+[wdhms])+|0")
SIZE: Final = re.compile(r"-?\d+[KMGkmg]?")

_UNITS: Final = {
    "sec": "s",
    "second": "s",
    "min": "m",
    "minute": "m",
    "hour": "h",
    "hr": "h",
    "day": "d",
    "week": "w",
}
_WORDS: Final = re.compile(r"\s*(\d+)\s*([A-Za-z]+)\s*")
_BYTES: Final = re.compile(r"\s*(\d+)\s*([KMG])(?:i?B)?\s*", re.IGNORECASE)


def time_meant(written: str) -> str:
    """What Exim would read for `5min` or `1 hour`, empty when nobody can tell."""
    parts = _WORDS.findall(written)
    if not parts or _WORDS.sub("", written):
        return ""
    units = [_UNITS.get(unit.lower().removesuffix("s"), unit if unit in "wdhms" else "") for _, unit in parts]
    return "".join(number + unit for (number, _), unit in zip(parts, units, strict=True)) if all(units) else ""


def size_meant(written: str) -> str:
    """What Exim would read for `10MB` or `10 M`, empty when nobody can tell."""
    found = _BYTES.fullmatch(written)
    return found[1] + found[2].upper() if found else ""
