"""The condition `spf`: Sender Policy Framework (specification section 58.4)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import condition
from exim_lang.acl.scanning import by_fixture
from exim_lang.acl.spf import spf_is


@condition("spf")
def spf(check: Check) -> bool:
    """Whether the result is in the list; sets `$spf_result` and its kin. A fixture of this kind goes first."""
    if check.scope.world.fixtures.knows(check.name, bytes(check.value)):
        return by_fixture(check)
    return spf_is(check, guess=False)
