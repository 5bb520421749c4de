"""The modifier `queue`: the named queue for the message (specification chapter 44.21)."""

from __future__ import annotations

from exim_lang.acl.check import AclError, Check
from exim_lang.acl.registry import modifier
from exim_lang.taint import is_tainted


@modifier("queue")
def queue(check: Check) -> None:
    """Sets the queue that the message will be put on; empty is the default queue."""
    shown = check.value.decode("latin-1")
    if is_tainted(check.value) and check.scope.config.dialect.version >= (4, 95):
        raise AclError(f"Tainted name '{shown}' for queue not permitted")
    if b"/" in check.value:
        raise AclError(f"Directory separator not permitted in queue name: '{shown}'")
    check.scope.message.queue_name = check.value
