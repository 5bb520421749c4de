"""The modifier `set`: variables of an ACL (specification chapter 44.19)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.facts import remember
from exim_lang.acl.registry import modifier


@modifier("set")
def set_(check: Check) -> None:
    """Sets `$acl_c...` for the connection or `$acl_m...` for the message, or what DKIM verification said."""
    name = check.variable
    if name.startswith("dkim_"):
        remember(check.scope, name, check.value)
    elif name.startswith("acl_c"):
        check.scope.connection.acl_c[name[5:]] = check.value
    else:
        check.scope.message.acl_m[name[5:]] = check.value
