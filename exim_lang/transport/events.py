"""Actions for events of a delivery: `event_action`, and TPDA before Exim 4.85 (specification chapter 61)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from exim_lang.errors import ExpansionError
from exim_lang.records import dataclass
from exim_lang.transport.delivery import Event, HostsTarget, Target
from exim_lang.transport.walk import all_tried

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.route.address import RoutedAddress
    from exim_lang.source.text import Text
    from exim_lang.transport.registry import Job


@dataclass(frozen=True, slots=True)
class Happening:
    """What happens at the other end: an input of the simulation.

    `confirmation` is what the last host says of a message that it takes; `errno` and `message` tell of a deferment or a
    failure. `names` are the events that are raised; empty: those that Exim raises for the outcome.
    """

    outcome: Literal["delivered", "deferred", "failed"] = "delivered"
    confirmation: bytes = b""
    errno: int = 0
    message: str = ""
    names: tuple[str, ...] = ()


DELIVERED = Happening()
RCPT_DEFERRED = -44
"""The number of an error that only one recipient met with."""
_TELL = frozenset({"smtp", "lmtp", "autoreply"})
"""Transports whose events are told what the other end, or the transport itself, has said."""


def raise_events(job: Job, happening: Happening, target: Target | None = None) -> tuple[Event, ...]:
    """Expands the actions of the transport for all its addresses; what they give is thrown away, as in Exim.

    `target` is None where the transport refused before it came to any host or file.
    """
    events: list[Event] = []
    if happening.names:
        for address in job.addresses:
            events += _told(job, address, happening.names, happening)
        return tuple(events)
    match happening.outcome:
        case "delivered":
            names: tuple[str, ...] = ("msg:delivery",)
        case "failed":
            names = ("msg:fail:delivery",)
        case "deferred" if not isinstance(target, HostsTarget):
            return ()
        case "deferred" if happening.errno == RCPT_DEFERRED:
            names = ("msg:rcpt:host:defer", "msg:rcpt:defer")
        case "deferred":
            names = ("msg:defer",)
            if happening.errno > 0:
                events += _host_errors(job, happening, target)
    for address in job.addresses:
        events += _told(job, address, names, happening)
    return tuple(events)


def _host_errors(job: Job, happening: Happening, target: HostsTarget) -> list[Event]:
    """No host could be spoken to: each that is tried has an event of its own."""
    events: list[Event] = []
    state = job.address.state
    for host in all_tried(job, target):
        state.host, state.host_address, state.host_port = host.name, host.address, host.port
        events += _told(job, job.address, ("msg:host:defer",), happening)
    return events


def _told(job: Job, address: RoutedAddress, names: tuple[str, ...], happening: Happening) -> list[Event]:
    saved, job.scope.address = job.scope.address, address.state
    try:
        return [event for name in names for event in _one(job, address, name, happening)]
    finally:
        job.scope.address = saved


def main_event(scope: Scope, name: str, data: bytes = b"", address: RoutedAddress | None = None) -> tuple[Event, ...]:
    """Expands the main option `event_action` for an event that belongs to no transport."""
    text = scope.config.text("event_action")
    if text is None:
        return ()
    saved, scope.address = scope.address, None if address is None else address.state
    router = "" if address is None or address.router is None else address.router.name
    if address is not None:
        address.state.router_name = router.encode("latin-1")
    facts = {"event_name": name.encode("latin-1"), "event_data": data}
    try:
        return (_expanded(scope, text, "event_action", name, facts, "main"),)
    finally:
        scope.address = saved


def _one(job: Job, address: RoutedAddress, name: str, happening: Happening) -> list[Event]:
    deferred = name.endswith(":defer")
    data = happening.message.encode("latin-1") if deferred or happening.outcome != "delivered" else happening.confirmation
    told = data if job.transport.driver in _TELL else b""
    events = []
    text = job.transport.text("event_action")
    if text is not None:
        facts = {"event_name": name.encode("latin-1"), "event_data": told}
        if deferred:
            facts["event_defer_errno"] = b"%d" % happening.errno
        events.append(_expanded(job.scope, text, "event_action", name, facts, job.name))
    option = {"msg:delivery": "tpda_delivery_action", "msg:host:defer": "tpda_host_defer_action"}.get(name, "")
    text = job.transport.text(option) if option else None
    if text is not None:
        events.append(_expanded(job.scope, text, option, name, _tpda(job.scope, address, data, happening), job.name))
    return events


def _tpda(scope: Scope, address: RoutedAddress, data: bytes, happening: Happening) -> dict[str, bytes]:
    """The variables `$tpda_...` of Exim 4.82 to 4.84."""
    state = address.state
    facts = {
        "tpda_delivery_ip": state.host_address or b"",
        "tpda_delivery_port": b"%d" % state.host_port,
        "tpda_delivery_fqdn": state.host or b"",
        "tpda_delivery_local_part": state.local_part,
        "tpda_delivery_domain": state.domain,
    }
    if happening.outcome == "delivered":
        facts["tpda_delivery_confirmation"] = data
    else:
        facts |= {"tpda_defer_errno": b"%d" % happening.errno, "tpda_defer_errstr": data}
    return facts


def _expanded(scope: Scope, text: Text, option: str, name: str, facts: dict[str, bytes], where: str) -> Event:
    known = scope.message.facts
    saved = {key: known.get(key) for key in facts}
    known.update(facts)
    try:
        return Event(option, name, bytes(scope.expand(text)))
    except ExpansionError as error:
        line = f"failed to expand {option} {name} in {where}: {error.message}\n"
        if option.startswith("tpda"):
            line = f"failed to expand tpda_action in {where} transport: {error.message}"
        scope.log += [("main", line), ("panic", line)]
        return Event(option, name, error=error.message)
    finally:
        for key, value in saved.items():
            if value is None:
                del known[key]
            else:
                known[key] = value
