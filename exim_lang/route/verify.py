"""Verifying and testing addresses: `verify = recipient`, VRFY, EXPN, `-bv` and `-bt` (specification sections 44.45, 49.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from exim_lang.acl.facts import remember
from exim_lang.errors import Deferred
from exim_lang.records import dataclass, field
from exim_lang.route.address import Chains, Outcome, Purpose, RoutedAddress
from exim_lang.route.rewrite import qualify_address, rewrite_one
from exim_lang.route.routing import route_address, split_address
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

Status = Literal["ok", "fail", "defer"]


@dataclass(slots=True)
class Report:
    """What became of an address and of those that it led to.

    `address` is the one that was asked for, qualified and rewritten; `last` the one that decided when only a short answer
    was wanted. `failed` are addresses that could not be routed with their outcomes, `generated` pipes and files, in the order
    in which they came up; `children` what EXPN tells.
    """

    address: bytes
    status: Status = "ok"
    rewritten: bool = False
    last: RoutedAddress | None = None
    first: RoutedAddress | None = None
    routed: bool = False
    events: list[tuple[RoutedAddress, Outcome]] = field(default_factory=list)
    """Failures, deferments and generated items ("ok"), in order."""
    chains: Chains = field(default_factory=Chains)
    children: list[RoutedAddress] = field(default_factory=list)
    visited: list[RoutedAddress] = field(default_factory=list)

    @property
    def discarded(self) -> bool:
        """Whether nothing is left to deliver, and nothing went wrong."""
        return not self.events and not self.chains.local and not self.chains.remote


def follow(
    scope: Scope,
    address: bytes,
    purpose: Purpose,
    *,
    full: bool = False,
    testing: bool = False,
    recipient: bool = True,
    success_on_redirect: bool = False,
    own_sender: bool = False,
    parent: RoutedAddress | None = None,
) -> Report:
    """Routes an address and, as far as Exim does, those that it leads to.

    With `full` all that it leads to is followed; else a single new address is followed, several are good enough.
    `recipient` says how it is qualified and rewritten; `own_sender` that it is the sender of the message;
    `parent` what it comes from.
    """
    saved_sender = scope.message.sender
    given = address
    address = qualify_address(scope, address, "qualify_recipient" if recipient else "qualify_domain")
    report = Report(address)
    if scope.config.rewrite:
        report.address = rewrite_one(scope, address, "T" if recipient else "F")
        report.rewritten = report.address != address
    if own_sender:
        saved_sender = scope.message.sender = report.address
    if not report.address:
        return report
    chains = report.chains
    first = taint(report.address)
    report.first = RoutedAddress(first, unique=bytes(given)) if parent is None else parent.child(first)
    chains.new.append(report.first)
    outer = scope.message.facts.get("verify_mode")  # an errors address is verified while another is routed
    remember(scope, "verify_mode", b"R" if recipient else b"S")
    return_path = scope.message.return_path
    try:
        while chains.new:
            one = chains.new.pop(0)
            report.visited.append(one)
            report.last = one
            if one.generated:
                report.events.append((one, "ok"))
                continue
            scope.message.return_path = one.errors_to if one.errors_to is not None else saved_sender
            outcome = _route(scope, one, chains, purpose, recipient, testing)
            scope.message.sender = saved_sender
            match outcome:
                case "fail" | "defer":
                    report.events.append((one, outcome))
                    if not full:
                        report.status = outcome
                        return report
                    if outcome == "fail" or report.status == "ok":
                        report.status = outcome
                    continue
            report.routed = True
            if purpose == "expn":
                report.children = list(chains.new)
                return report
            if not full:
                stop = len(chains.new) != 1 or chains.new[0].generated or success_on_redirect
                if stop and not _rerouted(one, chains):
                    return report
        return report
    finally:
        scope.message.sender = saved_sender
        scope.message.return_path = return_path
        remember(scope, "verify_mode", outer)


def _rerouted(one: RoutedAddress, chains: Chains) -> bool:
    """Whether the address goes on under another domain: then it has neither transport nor is it redirected."""
    return bool(chains.new) and one.steps[-1].outcome == "rerouted"


def _route(
    scope: Scope, one: RoutedAddress, chains: Chains, purpose: Purpose, recipient: bool, testing: bool
) -> Outcome:
    try:
        split_address(scope, one)
    except Deferred:
        one.message = b"lookup of percent_hack_domains deferred"
        return "defer"
    if not recipient:
        # A bounce to this address would have no sender.
        scope.message.sender = b""
    return route_address(scope, one, chains, purpose, testing=testing)
