"""The router `accept`: takes every address that its preconditions let through (specification chapter 16)."""

from __future__ import annotations

from exim_lang.route.address import Outcome
from exim_lang.route.common import accept
from exim_lang.route.registry import Run, router_driver


@router_driver("accept")
def accept_router(run: Run) -> Outcome:
    """Takes the address."""
    return accept(run)
