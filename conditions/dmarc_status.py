"""The condition `dmarc_status`: what DMARC says of the message (specification section 58.6)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.dmarc import dmarc_status_of
from exim_lang.acl.registry import condition
from exim_lang.acl.scanning import by_fixture


@condition("dmarc_status")
def dmarc_status(check: Check) -> bool:
    """Whether the result is in the list; sets `$dmarc_status` and its kin. A fixture of this kind goes first."""
    if check.scope.world.fixtures.knows(check.name, bytes(check.value)):
        return by_fixture(check)
    status = dmarc_status_of(check.scope)
    return check.scope.match_list(check.scope, "string", status.encode(), check.value) is not None
