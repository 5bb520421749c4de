"""`${if acl{{name}{argument}...}`: whether an ACL accepts (specification section 11.7)."""

from __future__ import annotations

from exim_lang.expand.acl_call import call_acl
from exim_lang.expand.registry import condition
from exim_lang.expand.scope import Scope


@condition("acl", least=1, most=10, scope=True)
def acl(scope: Scope, name: bytes, *arguments: bytes) -> bool:
    """True for accept, false for deny; the ACL's message is `$value`."""
    accepted, scope.value = call_acl(scope, name, arguments)
    return accepted
