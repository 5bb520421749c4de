"""The condition `atrn_domains`: which domains a client may collect mail for (ATRN, since Exim 4.99)."""

from __future__ import annotations

from exim_lang.acl.check import AclError, Check
from exim_lang.acl.registry import condition
from exim_lang.taint import is_tainted


@condition("atrn_domains")
def atrn_domains(check: Check) -> bool:
    """Sets the domains that the session may turn round for; always holds."""
    if is_tainted(check.value):
        raise AclError(f"attempt to used tainted value '{check.value.decode('latin-1')}' for atrn_domains")
    check.scope.process.facts["atrn_domains"] = check.value
    return True
