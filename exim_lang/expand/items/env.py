"""`${env{NAME}}`: environment variables (specification section 11.5, options keep_environment and add_environment)."""

from __future__ import annotations

from exim_lang.expand.registry import item
from exim_lang.expand.scope import Scope
from exim_lang.expand.string_list import split_list


@item("env", 1, scope=True, choice=True)
def env(scope: Scope, name: bytes) -> bytes | None:
    """The value of a variable that Exim adds to its environment, or keeps there."""
    from exim_lang.expand.engine import expand

    wanted = bytes(name)
    if not wanted:
        return None
    added = scope.config.text("add_environment")
    for setting in split_list(expand(added, scope)) if added else ():
        variable, _, value = bytes(setting).partition(b"=")
        if variable == wanted:
            return value
    kept = scope.config.text("keep_environment")
    if not kept or scope.match_list(scope, "string", wanted, kept.encode(), caseless=False) is None:
        return None
    return scope.world.environment(wanted)
