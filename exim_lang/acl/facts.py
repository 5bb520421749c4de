"""Variables that ACLs set: one place that knows where they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

RATES_SEEN = "acl: rates of this command"
"""The key in the scope's caches of the rate limits that were computed in this run of an ACL."""


def start(scope: Scope) -> None:
    """Forgets what lasts for one run of an ACL."""
    scope.caches.pop(RATES_SEEN, None)
    scope.message.sender_verify_failed = None


def remember(scope: Scope, name: str, value: bytes | None) -> None:
    """Sets the variable `name` for the rest of the message (`host_data`: of the connection), or with None unsets it."""
    facts = scope.process.facts if name == "host_data" else scope.message.facts
    if value is None:
        facts.pop(name, None)
    else:
        facts[name] = value
