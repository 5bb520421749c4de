"""The condition `dkim_status`: what became of a DKIM signature (specification chapter 58.2)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import condition
from exim_lang.acl.scanning import by_fixture


@condition("dkim_status")
def dkim_status(check: Check) -> bool:
    """Whether the status of the verification is in the list. Answered by fixtures."""
    return by_fixture(check)
