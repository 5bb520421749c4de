"""Routing of one address as a unit: what becomes of it, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import UNSET

from exim_lang.route.verify import follow
from exim_lang.scenario.client import Outcome, shown
from exim_lang.scenario.results import Difference
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.route.address import RoutedAddress
    from exim_lang.scenario.schema import Delivery

_VERDICTS = {"ok": "accept", "fail": "deny", "defer": "defer"}


def route(scope: Scope, address: bytes) -> Outcome:
    """Routes the address with all that it leads to, as a delivery would; nothing is sent."""
    report = follow(scope, taint(address), "deliver", full=True, testing=True)
    outcome = Outcome(f"route {shown(address)}", _VERDICTS[report.status])
    if report.status == "ok" and report.discarded:
        outcome.verdict = "discard"
    outcome.deliveries = [delivery(one) for one in (*report.chains.local, *report.chains.remote)]
    outcome.deliveries += [delivery(one) for one, how in report.events if how == "ok"]
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


def delivery_differences(wanted: Sequence[Delivery], actual: Sequence[dict[str, str | list[str]]]) -> list[Difference]:
    """Deliveries that were expected and are not, and others that are."""
    left = list(actual)
    found = []
    for one in wanted:
        facts = {name: getattr(one, name) for name in one.__struct_fields__ if getattr(one, name) is not UNSET}
        match = next((real for real in left if all(real[name] == value for name, value in facts.items())), None)
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
