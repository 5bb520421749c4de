"""The condition `dmarc_status`: what DMARC says of the message (specification chapter 58.6)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import condition
from exim_lang.acl.scanning import by_fixture


@condition("dmarc_status")
def dmarc_status(check: Check) -> bool:
    """Whether the result is in the list; sets `$dmarc_status` and its kin. Answered by fixtures."""
    return by_fixture(check)
