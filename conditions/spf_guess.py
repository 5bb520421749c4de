"""The condition `spf_guess`: Sender Policy Framework with a guessed record (specification chapter 58.4)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import condition
from exim_lang.acl.scanning import by_fixture


@condition("spf_guess")
def spf_guess(check: Check) -> bool:
    """Whether the result is in the list; sets `$spf_result` and its kin. Answered by fixtures."""
    return by_fixture(check)
