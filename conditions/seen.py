"""The condition `seen`: has this been here before? (specification chapter 44.38)"""

from __future__ import annotations

from typing import cast

from exim_lang.acl.check import AclError, Check
from exim_lang.acl.hints import database
from exim_lang.acl.registry import condition
from exim_lang.acl.trace import say
from exim_lang.acl.words import read_time
from exim_lang.expand.string_list import split_list

_SLASH = ord("/")
_TEN_DAYS = 10 * 24 * 60 * 60


@condition("seen")
def seen(check: Check) -> bool:
    """Whether there is a record of the key from since the interval began; with a minus sign in front, from before."""
    scope = check.scope
    shown = check.value.decode("latin-1")
    parts = list(split_list(check.value, _SLASH))
    before = bool(parts) and parts[0].startswith(b"-")
    interval = read_time(parts[0][before:]) if parts else None
    if interval is None:
        raise AclError(f"failed to parse '{shown}'")
    key = bytes(scope.connection.host_address)
    readonly = write = False
    refresh = _TEN_DAYS
    for option in parts[1:]:
        if option.startswith(b"key="):
            key = bytes(option[4:])
        elif option == b"readonly":
            readonly, write = True, False
        elif option == b"write":
            readonly, write = False, True
        elif option.startswith(b"refresh="):
            seconds = read_time(option[8:])
            if seconds is None:
                raise AclError(f"failed to parse '{shown}'")
            refresh = seconds
        else:
            raise AclError(f"unrecognised option '{option.decode('latin-1')}' in '{shown}'")
    times = cast("dict[bytes, int]", database(scope, "seen"))
    now = int(scope.world.now())
    last = times.get(key)
    holds = False
    if last is not None:
        age = now - last
        holds = age >= interval if before else age < interval
    if readonly:
        say(scope, "seen db not written (readonly)")
    elif last is None:
        times[key] = now
        say(scope, "seen db written (create)")
    elif write or not before:
        times[key] = now
        say(scope, "seen db written (update)")
    elif now - last >= refresh:
        times[key] = now - interval
        say(scope, "seen db written (refresh)")
    return holds
