"""The modifier `add_header`: header lines for the message (specification chapter 44.24)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import modifier
from exim_lang.expand import header_changes


@modifier("add_header")
def add_header(check: Check) -> None:
    """Queues header lines to be added to the message."""
    header_changes.add_header(check.scope.message, check.value)
