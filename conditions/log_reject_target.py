"""The modifier `log_reject_target`: which logs a rejection goes to (specification chapter 44.21)."""

from __future__ import annotations

from exim_lang.acl import log
from exim_lang.acl.check import Check
from exim_lang.acl.phases import spoken
from exim_lang.acl.registry import modifier
from exim_lang.expand.string_list import split_list


@modifier("log_reject_target")
def log_reject_target(check: Check) -> None:
    """Sets the logs for rejections of the rest of this ACL; an unknown name stands for main and reject, and is logged."""
    wanted = set()
    for name in split_list(check.value):
        if name in (b"main", b"reject", b"panic"):
            wanted.add(name.decode("ascii"))
            continue
        wanted |= {"main", "reject"}
        line = f'unknown log name "{name.decode("latin-1")}" in "log_reject_target" in {spoken(check.phase)} ACL'
        log.write(check.scope, ("main", "panic"), line)
    check.reject_logs = tuple(name for name in ("main", "reject", "panic") if name in wanted)
