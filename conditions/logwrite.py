"""The modifier `logwrite`: a line for the log, at once (specification chapter 44.21)."""

from __future__ import annotations

import re

from exim_lang.acl import log
from exim_lang.acl.check import Check
from exim_lang.acl.phases import spoken
from exim_lang.acl.registry import modifier

_NAME = re.compile(rb"(main|panic|reject),?")


@modifier("logwrite")
def logwrite(check: Check) -> None:
    """Writes the text to the main log, or to those that it names between colons at its start."""
    text = check.value
    wanted: set[str] = set()
    if text.startswith(b":"):
        at = 1
        while text[at : at + 1] != b":":
            name = _NAME.match(text, at)
            if name is None:
                shown = check.value.decode("latin-1")
                message = f'unknown log name in "{shown}" in "logwrite" in {spoken(check.phase)} ACL'
                log.write(check.scope, ("main", "panic"), log.printing(message.encode("latin-1")))
                return
            wanted.add(name[1].decode("ascii"))
            at = name.end()
        text = text[at + 1 :]
    logs = tuple(name for name in ("main", "reject", "panic") if name in wanted) or ("main",)
    log.write(check.scope, logs, log.printing(text.lstrip(b" \t\n\v\f\r")))
