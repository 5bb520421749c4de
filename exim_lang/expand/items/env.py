"""`${env{NAME}}`: environment variables (specification section 11.5)."""

from __future__ import annotations

from exim_lang.expand.registry import item
from exim_lang.expand.scope import Scope


@item("env", 1, scope=True, choice=True)
def env(scope: Scope, name: bytes) -> bytes | None:
    return scope.world.environment(bytes(name)) if name else None
