"""The condition `dkim_signers`: whose DKIM signature is looked at (specification chapter 58.3)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import condition
from exim_lang.acl.scanning import by_fixture
from exim_lang.lists.match import check_list


@condition("dkim_signers")
def dkim_signers(check: Check) -> bool:
    """Whether the signer is in the list. A fixture of this kind goes before the session's own."""
    scope = check.scope
    if scope.world.fixtures.knows(check.name, bytes(check.value)):
        return by_fixture(check)
    signer = scope.message.facts.get("dkim_cur_signer", b"")
    return check_list(scope, "string", signer, check.text) is not None
