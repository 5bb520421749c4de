"""`${acl{name}{argument}...}`: the message of an ACL (specification section 11.5)."""

from __future__ import annotations

from exim_lang.expand.acl_call import call_acl
from exim_lang.expand.registry import item
from exim_lang.expand.scope import Scope


@item("acl", 1, 10, scope=True)
def acl(scope: Scope, name: bytes, *arguments: bytes) -> bytes:
    """What the ACL says with `message`, whether it accepts or denies."""
    return call_acl(scope, name, arguments)[1] or b""
