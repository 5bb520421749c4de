"""The modifier `continue`: does nothing, after its argument was expanded (specification chapter 44.21)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import modifier


@modifier("continue")
def continue_(check: Check) -> None:
    """Does nothing; what counts is what the expansion did."""
