"""smtp_ratelimit_mail and smtp_ratelimit_rcpt: who sends much has to wait longer and longer (specification chapter 14).

Nobody really waits here: only a clock that was set moves on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from exim_lang.smtp.hostlists import host_in
from exim_lang.syntax.times import read_time

if TYPE_CHECKING:
    from exim_lang.smtp.session import Session

_TIME: Final = re.compile(r"(\d+)\.(\d+)([wdhms]?)")
_UNITS: Final = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1, "": 1}


def slow_down(session: Session, option: str, count: int) -> None:
    """Lets the client wait, where `count` commands of the kind are more than `option` allows and smtp_ratelimit_hosts has it.

    The option is `THRESHOLD,DELAY,FACTOR,LIMIT`: each further command takes FACTOR times as long, until LIMIT.
    """
    text = session.config.text(option)
    if text is None:
        return
    fields = text.string.replace(" ", "").split(",")
    if len(fields) != 4 or count <= int(fields[0]) or host_in(session, "smtp_ratelimit_hosts") is not True:
        return
    limit = seconds(fields[3])
    delay = session.delays.get(option, seconds(fields[1]))
    session.delays[option] = min(delay * float(fields[2]), limit)
    session.scope.world.wait(min(delay, limit))


def seconds(text: str) -> float:
    """A time as Exim has them, which may have a fraction here: `0.5s`."""
    found = _TIME.fullmatch(text)
    if found is not None:
        return float(f"{found[1]}.{found[2]}") * _UNITS[found[3]]
    return float(read_time(text) or 0)
