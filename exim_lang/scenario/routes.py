"""Routing of one address as a unit: what becomes of it, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, assert_never

from msgspec import UNSET

from exim_lang.route.verify import follow
from exim_lang.scenario.client import Outcome, shown
from exim_lang.scenario.expect import matches
from exim_lang.scenario.results import Difference
from exim_lang.taint import taint
from exim_lang.transport.delivery import CommandTarget, FileTarget, HostsTarget, QueueTarget, ReplyTarget, SocketTarget
from exim_lang.transport.delivery import Delivery as Simulated
from exim_lang.transport.events import DELIVERED, Happening
from exim_lang.transport.simulate import simulate

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.route.address import RoutedAddress
    from exim_lang.scenario.schema import Delivery

_VERDICTS = {"ok": "accept", "fail": "deny", "defer": "defer"}


_ROUTING = frozenset({"address", "router", "transport", "hosts"})
"""What an expected delivery may say without asking the transport."""


def asks_transports(wanted: Sequence[Delivery]) -> bool:
    """Whether one of the deliveries says more than routing knows."""
    return any(getattr(one, name) is not UNSET for one in wanted for name in one.__struct_fields__ if name not in _ROUTING)


def route(scope: Scope, address: bytes, *, transports: bool = False, happening: Happening = DELIVERED) -> Outcome:
    """Routes the address with all that it leads to, as a delivery would; nothing is sent.

    With `transports` they say what they would do with the message; `happening` is what becomes of that at the other end.
    """
    report = follow(scope, taint(address), "deliver", full=True, testing=True)
    outcome = Outcome(f"route {shown(address)}", _VERDICTS[report.status])
    if report.status == "ok" and report.discarded:
        outcome.verdict = "discard"
    outcome.deliveries = [delivery(one) for one in (*report.chains.local, *report.chains.remote)]
    outcome.deliveries += [delivery(one) for one, how in report.events if how == "ok"]
    if transports:
        outcome.deliveries = [one for delivery in simulate(scope, [report], happening) for one in simulated(delivery)]
    outcome.deliveries.sort(key=lambda one: str(one["address"]))
    failed = [one for one, how in report.events if how != "ok"]
    if failed:
        outcome.text = shown(failed[0].message or b"")
    for one in report.visited:
        outcome.steps += [f"{shown(one.address)}: {step.router} router: {step.outcome}" for step in one.steps]
    return outcome


def delivery(one: RoutedAddress) -> dict[str, str | list[str]]:
    """What a scenario file can say of an address that has been routed."""
    return {
        "address": shown(one.address),
        "router": one.router.name if one.router is not None else "",
        "transport": one.transport.name if one.transport is not None else "",
        "hosts": [shown(host.name) for host in one.hosts],
    }


def simulated(delivery: Simulated) -> list[dict[str, str | list[str]]]:
    """The same for what a transport would do with each address."""
    if not delivery.transport:
        return []
    facts: dict[str, str | list[str]] = {"router": delivery.router, "transport": delivery.transport, "hosts": []}
    facts["return_path"] = shown(delivery.return_path)
    facts["headers_added"] = [shown(line).rstrip("\n") for line in delivery.copy.added]
    facts["headers_removed"] = [shown(line).rstrip("\n") for line in delivery.copy.removed]
    match delivery.target:
        case FileTarget(path=path):
            facts["file"] = shown(path)
        case CommandTarget(arguments=arguments):
            facts["command"] = [shown(word) for word in arguments]
        case HostsTarget(hosts=hosts):
            facts["hosts"] = [shown(host.name) for host in hosts]
        case ReplyTarget(message=message):
            facts["reply"] = shown(message)
        case SocketTarget(path=path) | QueueTarget(directory=path):
            facts["file"] = shown(path)
        case None:
            pass  # the transport has refused
        case other:
            assert_never(other)
    facts["events"] = "\n".join(f"{one.option} {one.name}: {one.error or shown(one.value)}" for one in delivery.events)
    facts["signature"] = "".join(shown(line) for line in delivery.signatures)
    if delivery.status in ("deferred", "failed"):
        facts[delivery.status] = delivery.message
    return [{"address": shown(one.address), **facts} for one in delivery.addresses]


def fits(wanted: object, real: object) -> bool:
    """Whether a value is the one expected, or a text has the regular expression in it."""
    if isinstance(wanted, str) and isinstance(real, str):
        return matches(wanted, real)
    return wanted == real


def delivery_differences(wanted: Sequence[Delivery], actual: Sequence[dict[str, str | list[str]]]) -> list[Difference]:
    """Deliveries that were expected and are not, and others that are."""
    left = list(actual)
    found = []
    for one in wanted:
        facts = {name: getattr(one, name) for name in one.__struct_fields__ if getattr(one, name) is not UNSET}
        match = next((real for real in left if all(fits(value, real.get(name)) for name, value in facts.items())), None)
        if match is None:
            found.append(Difference("delivery", _told(facts), "\n".join(map(_told, actual)) or "(none)"))
        else:
            left.remove(match)
    if not found:
        found = [Difference("delivery", "(none)", _told(one)) for one in left]
    return found


def _told(facts: dict[str, str | list[str]]) -> str:
    values = ((name, ", ".join(value) if isinstance(value, list) else value) for name, value in facts.items())
    return ", ".join(f"{name} {value}" for name, value in values if value)
