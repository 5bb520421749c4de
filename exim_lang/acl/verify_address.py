"""Verifying addresses before there is routing: fixtures tell, or a configuration without routers.

    "verify": {"recipient joe@a.example": "ok",
               "recipient nobody@a.example": {"fail": "Unrouteable address", "failure": "route"},
               "sender x@b.example": {"defer": "host lookup did not complete"}}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.acl.trace import say
from exim_lang.errors import ClosedWorld, EximLangError
from exim_lang.expand.verification import Verified, VerifyRequest
from exim_lang.world.fixtures import stub, to_bytes, to_text

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

_MEMBERS = frozenset({"ok", "fail", "defer", "user_message", "failure", "address_data", "routed", "callout_deferred"})


def without_routing(scope: Scope, address: bytes, request: VerifyRequest) -> Verified:
    """What a fixture of the kind "verify" says of the address, or what is true without any router; else ClosedWorld.

    The call is the role and the address; with a callout, `callout` stands in front of both. The answer is "ok", or an
    object with one of the members `ok`, `fail` and `defer` (the log message) and perhaps `user_message`, `failure`,
    `address_data`, `routed` and `callout_deferred`.
    """
    role = "sender" if request.role != "recipient" else "recipient"
    call = role.encode("ascii") + b" " + address
    if request.callout is not None and scope.world.fixtures.knows("verify", b"callout " + call):
        call = b"callout " + call
    if not scope.world.fixtures.knows("verify", call):
        if b"@" not in address:
            return Verified("fail", failure="qualify")
        if not scope.config.routers:
            for line in (">" * 35, f"routing {address.decode('latin-1')}", "no more routers"):
                say(scope, line)
            return Verified("fail", b"Unrouteable address", b"Unrouteable address", "route")
        text = to_text(call)
        raise ClosedWorld(
            f"verifying {text} takes routing, which was not asked for: give a fixture",
            call=f'verify "{text}"',
            stub=stub("verify", call, "ok"),
        )
    answer = scope.world.fixtures.get("verify", call)
    if answer == "ok":
        return Verified("ok", routed=True)
    if not isinstance(answer, dict) or not answer.keys() <= _MEMBERS or not answer.keys() & {"ok", "fail", "defer"}:
        raise EximLangError(f'fixture "verify" "{to_text(call)}": {answer!r} is neither "ok" nor a failure')
    texts = {name: to_bytes(value) for name, value in answer.items() if isinstance(value, str)}
    status: str = next(word for word in ("ok", "fail", "defer") if word in answer)
    log_message = texts.get(status) or None
    return Verified(
        "ok" if status == "ok" else "fail" if status == "fail" else "defer",
        log_message,
        texts.get("user_message", log_message),
        texts.get("failure", b"" if status == "ok" else b"route").decode("latin-1"),
        texts.get("address_data"),
        bool(answer.get("routed", status == "ok")),
        bool(answer.get("callout_deferred", False)),
    )
