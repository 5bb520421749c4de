"""The condition `dcc`: the Distributed Checksum Clearinghouses."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import condition
from exim_lang.acl.scanning import by_fixture


@condition("dcc")
def dcc(check: Check) -> bool:
    """Whether the message is known as bulk mail; sets `$dcc_result` and `$dcc_header`. Answered by fixtures."""
    return by_fixture(check)
