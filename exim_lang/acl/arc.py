"""The test `verify = arc`: its check is made once for a message, and leaves variables (specification section 58.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.acl.facts import remember
from exim_lang.arc.verify import ArcState, verify_arc
from exim_lang.taint import join, taint

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


def arc_state_of(scope: Scope) -> ArcState:
    """The state of the message's chain; sets `$arc_...`. Raises ClosedWorld."""
    known = scope.caches.get("arc")
    if isinstance(known, tuple) and known[0] is scope.message:
        state: ArcState = known[1]
        return state
    state = verify_arc(scope)
    scope.caches["arc"] = (scope.message, state)
    remember(scope, "arc_state", state.state.encode())
    remember(scope, "arc_state_reason", taint(state.reason.encode("latin-1")))
    remember(scope, "arc_domains", taint(b":".join(state.domains)))
    remember(scope, "arc_oldest_pass", b"%d" % state.oldest_pass)
    remember(scope, "authresults_arc", taint(join(_told(scope, state))))
    return state


def _told(scope: Scope, state: ArcState) -> list[bytes]:
    """Its part of an Authentication-Results line."""
    pieces = [b";\n\tarc=", state.state.encode()]
    reason = [b" (", state.reason.encode("latin-1"), b")"] if state.reason else []
    if not state.instance:
        return [*pieces, *reason]
    pieces += [b" (i=%d)" % state.instance, *reason, b" header.s=", state.selector, b" arc.oldest-pass=%d" % state.oldest_pass]
    host = scope.connection.host_address
    return [*pieces, b" smtp.remote-ip=", host] if host else pieces
