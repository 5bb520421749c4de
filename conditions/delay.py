"""The modifier `delay`: makes the client wait (specification chapter 44.21)."""

from __future__ import annotations

from exim_lang.acl.check import AclError, Check
from exim_lang.acl.registry import modifier
from exim_lang.acl.trace import say
from exim_lang.acl.words import read_time


@modifier("delay")
def delay(check: Check) -> None:
    """Waits nothing, as `-bh` does, but says how long it would be."""
    seconds = read_time(check.value)
    if seconds is None:
        shown = check.value.decode("latin-1")
        raise AclError(f'syntax error in argument for "delay" modifier: "{shown}" is not a time value')
    say(check.scope, f"delay modifier requests {seconds}-second delay")
    say(check.scope, "delay skipped in -bh checking mode")
