"""Scopes that can route: `verify = recipient`, VRFY, EXPN and rewriting are answered by the configuration itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.acl.scope import new_scope
from exim_lang.acl.trace import say
from exim_lang.acl.verify_address import without_routing
from exim_lang.errors import ClosedWorld
from exim_lang.expand.verification import Verified, VerifyRequest
from exim_lang.records import dataclass
from exim_lang.route.address import is_local
from exim_lang.route.rewrite import rewrite_message, rewrite_smtp
from exim_lang.route.verify import Report, follow
from exim_lang.taint import taint
from exim_lang.world.fixtures import stub, to_text

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import Config
    from exim_lang.world.world import World


def routed_scope(config: Config, world: World, *, callouts: bool = True) -> Scope:
    """A scope for `config` in `world` with everything wired that comes before the command line.

    Callouts are answered by fixtures of the kind "verify", else they raise ClosedWorld; with `callouts=False` they are left
    out, as Exim's mode `-bh` does.
    """
    scope = new_scope(config, world)
    wire(scope, callouts)
    return scope


def wire(scope: Scope, callouts: bool) -> None:
    """Lets the routing layer answer what the scope is asked; `callouts` as for `routed_scope`."""
    scope.verify_address = Verifier(callouts)
    scope.expand_address = expand_address
    scope.rewrite_smtp = rewrite_smtp
    scope.rewrite_message = rewrite_message


@dataclass(frozen=True, slots=True)
class Verifier:
    """Verifies addresses by routing them; fixtures of the kind "verify" answer first."""

    callouts: bool

    def __call__(self, scope: Scope, address: bytes, request: VerifyRequest) -> Verified:
        """The answer to one question; raises ClosedWorld for a callout that nobody answers, or DNS."""
        recipient = request.role == "recipient"
        call = (b"recipient " if recipient else b"sender ") + address
        fixtures = scope.world.fixtures
        calling = b"callout " + call
        if (request.callout is not None and fixtures.knows("verify", calling)) or fixtures.knows("verify", call):
            return without_routing(scope, address, request)
        if b"@" not in address:
            return Verified("fail", failure="qualify")
        if request.quota is not None:
            raise ClosedWorld(
                f"the quota of {to_text(address)} is not answered: give a fixture",
                call=f'verify "{to_text(call)}"',
                stub=stub("verify", call, "ok"),
            )
        report = follow(
            scope,
            address,
            "recipient" if recipient else "sender",
            recipient=recipient,
            success_on_redirect=request.success_on_redirect,
            own_sender=request.role == "sender" and not request.fake_sender,
        )
        if report.status == "ok" and request.callout is not None:
            self._call_out(scope, report, calling)
        return _verified(report)

    def _call_out(self, scope: Scope, report: Report, call: bytes) -> None:
        """A callout is made where routing found hosts: not in host checking, and not without an answer."""
        last = report.last
        if last is None or last.generated or is_local(last.transport) or last.transport is None:
            say(scope, "Cannot do callout: neither router nor transport provided a host list, or transport is not smtp")
        elif not self.callouts:
            say(scope, "... callout omitted by default when host testing\n(Use -bhc if you want the callouts to happen.)")
        else:
            text = to_text(call)
            raise ClosedWorld(
                f"the {text} is not answered: give a fixture",
                call=f'verify "{text}"',
                stub=stub("verify", call, "ok"),
            )


def _verified(report: Report) -> Verified:
    last = report.last
    if last is None:
        return Verified("ok", routed=True)
    if report.status == "ok":
        return Verified("ok", address_data=last.state.address_data, routed=True)
    return Verified(
        report.status,
        last.message,
        last.user_message,
        "route",
        address_data=last.state.address_data,
        pass_message=last.pass_message,
    )


def expand_address(scope: Scope, address: bytes) -> list[bytes]:
    """The reply lines of EXPN: one level of what an address stands for. Exim takes the argument as it is."""
    report = follow(scope, taint(address), "expn")
    shown = report.address
    if report.status == "fail":
        return [b"553 " + shown + b" is undeliverable"]
    if report.status == "defer":
        return [b"553 " + shown + b" cannot be resolved at this time"]
    if not report.children:
        if report.chains.local or report.chains.remote:
            return [b"250 <%s>" % shown]
        return [b"250 mail to <%s> is discarded" % shown]
    lines = [b"250-<%s>" % child.address for child in report.children]
    lines[-1] = b"250 " + lines[-1][4:]
    return lines
