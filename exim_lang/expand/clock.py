"""The time of day as Exim writes it, in the zone of the option `timezone` (specification section 11.9, `$tod_full` ...)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final

from exim_lang.errors import EximLangError
from exim_lang.expand.options import log_selected, option
from exim_lang.expand.scope import Scope

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FIXED_ZONE: Final = re.compile(r"(?:[A-Za-z]{3,}|<[^>]+>)([+-]?)(\d{1,2})(?::(\d\d))?(?::(\d\d))?")


@lru_cache(16)
def zone(name: str) -> tzinfo | None:
    """The time zone that a TZ string names; None stands for this machine's own, which is what an empty name means.

    Raises EximLangError for a string with rules of its own for summer time.
    """
    if not name:
        return None
    if name.lower() == "utc":
        return UTC
    from zoneinfo import ZoneInfo  # few strings need it

    try:
        return ZoneInfo(name.removeprefix(":"))
    except (OSError, ValueError, KeyError):
        pass
    fixed = _FIXED_ZONE.fullmatch(name)
    if fixed is not None:
        sign, hours, minutes, seconds = fixed.groups()
        west = timedelta(hours=int(hours), minutes=int(minutes or 0), seconds=int(seconds or 0))
        return timezone(west if sign == "-" else -west)
    if any(character.isdigit() for character in name):
        raise EximLangError(f'timezone "{name}" is not known')
    return UTC  # what the C library takes an unknown name for


def local_time(scope: Scope, seconds: float) -> datetime:
    """`seconds` since the epoch in the zone of the configuration."""
    where = zone(option(scope, "timezone").decode("latin-1"))
    return datetime.fromtimestamp(seconds, UTC).astimezone(where)


def zone_offset(moment: datetime) -> str:
    """The distance from UTC as `+hhmm`."""
    return moment.strftime("%z")[:5]


def full_time(scope: Scope, seconds: float) -> bytes:
    """`Wed, 16 Oct 1995 09:51:40 +0100`, as in header lines."""
    return _full_time(option(scope, "timezone"), int(seconds // 1))


@lru_cache(64)
def _full_time(timezone: bytes, seconds: int) -> bytes:
    m = datetime.fromtimestamp(seconds, UTC).astimezone(zone(timezone.decode("latin-1")))
    date = f"{_DAYS[m.weekday()]}, {m.day:02} {_MONTHS[m.month - 1]} {m.year:04}"
    return f"{date} {m.hour:02}:{m.minute:02}:{m.second:02} {zone_offset(m)}".encode("ascii")


def bsd_inbox_time(scope: Scope, seconds: float) -> bytes:
    """`Thu Oct 17 17:14:09 1995`, as in the separator lines of a BSD mailbox."""
    m = local_time(scope, seconds)
    date = f"{_DAYS[m.weekday()]} {_MONTHS[m.month - 1]} {m.day:02}"
    return f"{date} {m.hour:02}:{m.minute:02}:{m.second:02} {m.year:04}".encode("ascii")


def log_time(scope: Scope, seconds: float) -> bytes:
    """`1995-10-12 15:32:29`, with what `log_selector` and `log_timezone` add."""
    m = local_time(scope, seconds)
    text = f"{m.year:04}-{m.month:02}-{m.day:02} {m.hour:02}:{m.minute:02}:{m.second:02}"
    if log_selected(scope, "millisec"):
        text += f".{m.microsecond // 1000:03}"
    if scope.config.option("log_timezone"):
        text += f" {zone_offset(m)}"
    return text.encode("ascii")
