"""The condition `dkim_signers`: whose DKIM signature is looked at (specification chapter 58.2)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import condition
from exim_lang.acl.scanning import by_fixture


@condition("dkim_signers")
def dkim_signers(check: Check) -> bool:
    """Whether the signer is in the list. Answered by fixtures."""
    return by_fixture(check)
