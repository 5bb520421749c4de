"""Routing that is imported when something asks for it: most strings never do, and start-up is faster without."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.expand.verification import Verified, VerifyRequest


def route_when_asked(scope: Scope, callouts: bool) -> None:
    """Does what `exim_lang.route.scope.wire` does, as soon as one of the hooks is called."""

    def wire() -> None:
        from exim_lang.route import scope as routing

        routing.wire(scope, callouts)

    def verify_address(scope: Scope, address: bytes, request: VerifyRequest) -> Verified:
        wire()
        return scope.verify_address(scope, address, request)

    def expand_address(scope: Scope, address: bytes) -> list[bytes]:
        wire()
        return scope.expand_address(scope, address)

    def rewrite_smtp(scope: Scope, data: bytes) -> bytes:
        wire()
        assert scope.rewrite_smtp is not None
        return scope.rewrite_smtp(scope, data)

    def rewrite_message(scope: Scope) -> None:
        wire()
        assert scope.rewrite_message is not None
        scope.rewrite_message(scope)

    scope.verify_address = verify_address
    scope.expand_address = expand_address
    scope.rewrite_smtp = rewrite_smtp
    scope.rewrite_message = rewrite_message
