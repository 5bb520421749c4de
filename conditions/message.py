"""The modifiers `message`, `log_message` and `endpass` (specification chapter 44.21).

What they say is about the whole statement, so exim_lang.acl.run sees to them before any function is called.
"""

from __future__ import annotations

from exim_lang.acl.check import AclError, Check
from exim_lang.acl.registry import modifier


@modifier("message", "log_message", "endpass")
def message(check: Check) -> None:
    """Is never called."""
    raise AclError(f"{check.name} is not run by itself")
