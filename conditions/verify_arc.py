"""The test `verify = arc`: the chain of authenticated hands that a message went through (specification chapter 58.7)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import verification
from exim_lang.acl.scanning import by_fixture


@verification("arc")
def arc(check: Check, parts: list[bytes]) -> bool:
    """Whether the state of the chain is in the list behind the slash; answered by fixtures of the kind "arc"."""
    return by_fixture(check, "arc")
