"""Actions for events of a delivery: `event_action`, and TPDA before Exim 4.85 (specification chapter 61)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from exim_lang.errors import ClosedWorld, ExpansionError
from exim_lang.records import dataclass
from exim_lang.transport.delivery import Event

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.route.address import RoutedAddress
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


def raise_events(job: Job, happening: Happening) -> tuple[Event, ...]:
    """Expands the actions of the transport for all its addresses; what they give is thrown away, as in Exim."""
    scope = job.scope
    events: list[Event] = []
    names = happening.names or _usual(job, happening)
    for address in job.addresses:
        saved, scope.address = scope.address, address.state
        try:
            for name in names:
                events += _one(job, address, name, happening)
        finally:
            scope.address = saved
    return tuple(events)


def _usual(job: Job, happening: Happening) -> tuple[str, ...]:
    match happening.outcome:
        case "delivered":
            return ("msg:delivery",)
        case "failed":
            return ("msg:fail:delivery",)
        case "deferred" if job.transport.driver == "smtp":
            return ("msg:host:defer", "msg:rcpt:defer")
        case "deferred":
            return ("msg:rcpt:defer",)


def _one(job: Job, address: RoutedAddress, name: str, happening: Happening) -> list[Event]:
    deferred = name.endswith(":defer")
    data = happening.message.encode("latin-1") if deferred or happening.outcome != "delivered" else happening.confirmation
    events = []
    if job.transport.fact("event_action") is not None and job.transport.text("event_action") is not None:
        facts = {"event_name": name.encode("latin-1"), "event_data": data}
        if deferred:
            facts["event_defer_errno"] = b"%d" % happening.errno
        events.append(_expanded(job, "event_action", name, facts))
    option = {"msg:delivery": "tpda_delivery_action", "msg:host:defer": "tpda_host_defer_action"}.get(name, "")
    if option and job.transport.fact(option) is not None and job.transport.text(option) is not None:
        events.append(_expanded(job, option, name, _tpda(job.scope, address, data, happening)))
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


def _expanded(job: Job, option: str, name: str, facts: dict[str, bytes]) -> Event:
    known = job.scope.message.facts
    saved = {key: known.get(key) for key in facts}
    known.update(facts)
    text = job.transport.text(option)
    assert text is not None, "asked before"
    try:
        return Event(option, name, bytes(job.expand(text)))
    except ClosedWorld:
        raise
    except ExpansionError as error:
        what = "tpda" if option.startswith("tpda") else "event"
        job.scope.log.append(("main", f"failed to expand {what}_action in {job.name} transport: {error.message}"))
        return Event(option, name, error=error.message)
    finally:
        for key, value in saved.items():
            if value is None:
                del known[key]
            else:
                known[key] = value
