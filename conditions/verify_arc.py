"""The test `verify = arc`: the chain of authenticated hands that a message went through (specification section 58.7)."""

from __future__ import annotations

from exim_lang.acl.arc import arc_state_of
from exim_lang.acl.check import Check
from exim_lang.acl.registry import verification
from exim_lang.acl.scanning import by_fixture
from exim_lang.errors import Deferred

DEFAULT = b"none:pass"


@verification("arc")
def arc(check: Check, parts: list[bytes]) -> bool:
    """Whether the state is in the list behind the slash (`none:pass` without one). Fixtures of the kind "arc" go first.

    Put off where DKIM is switched off for the message, as the one needs the other.
    """
    scope = check.scope
    if scope.world.fixtures.knows("arc", bytes(check.value)):
        return by_fixture(check, "arc")
    if "dkim_disable_verify" in scope.message.controls:
        raise Deferred("no DKIM verify context")
    wanted = check.value.partition(b"/")[2].strip() or DEFAULT
    return scope.match_list(scope, "string", arc_state_of(scope).state.encode(), wanted) is not None
