"""The modifier `remove_header`: header lines that go away (specification chapter 44.25)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import modifier
from exim_lang.expand import header_changes


@modifier("remove_header")
def remove_header(check: Check) -> None:
    """Queues the names of header lines to be removed from the message."""
    header_changes.remove_header(check.scope.message, check.value)
