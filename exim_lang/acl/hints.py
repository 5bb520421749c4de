"""The hints databases, which last longer than a connection (specification chapter 54.2): here in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

HINTS = "hints"
"""The key in the scope's caches; whoever runs several connections gives the same Hints to all their scopes."""


class Hints:
    """Databases by name; each maps keys to records of its owner's own kind."""

    def __init__(self) -> None:
        self._databases: dict[str, dict[bytes, object]] = {}

    def database(self, name: str) -> dict[bytes, object]:
        """The database of that name (`ratelimit`, `seen`, ...), made when it is first asked for."""
        return self._databases.setdefault(name, {})


def database(scope: Scope, name: str) -> dict[bytes, object]:
    """A hints database of the scope."""
    return cast(Hints, scope.caches.setdefault(HINTS, Hints())).database(name)
