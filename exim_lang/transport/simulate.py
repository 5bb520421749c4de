"""What becomes of a message: its recipients are routed, and each transport tells what it would do (chapter 3, section 24).

Nothing is delivered, no program is run and no host is called: what happens at the other end is a `Happening`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from exim_lang.errors import EximLangError, ExpansionError, ForcedFailure
from exim_lang.expand.integers import expanded_integer
from exim_lang.records import replace
from exim_lang.route.address import RoutedAddress, is_local
from exim_lang.route.verify import Report, follow
from exim_lang.taint import taint
from exim_lang.transport.batch import batches
from exim_lang.transport.command import transport_filter
from exim_lang.transport.copy import original_of
from exim_lang.transport.delivery import Delivered, Delivery, Event, FileTarget, HostsTarget, Target
from exim_lang.transport.drivers.smtp import fallback_hosts
from exim_lang.transport.events import DELIVERED, Happening, main_event, raise_events
from exim_lang.transport.identity import identity_of
from exim_lang.transport.registry import EXPANSION, TRANSPORTS, UNKNOWN, Job, Refused
from exim_lang.transport.signing import signatures
from exim_lang.transport.system_filter import run_system_filter

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import Driver

BAD_TRANSPORT = -30
BYPASSED = "**bypassed**"
FORBIDDEN = {"|": "pipe", "/": "file", ">": "reply"}


def deliver(scope: Scope, recipients: Sequence[bytes], happening: Happening = DELIVERED) -> list[Delivery]:
    """Runs the system filter, routes the recipients of the message in `scope` and simulates all deliveries.

    The order is Exim's: what the filter and routing end, local deliveries, remote ones. Raises ClosedWorld.
    """
    scope.message.recipients = scope.message.recipients or [taint(one) for one in recipients]
    filtered = run_system_filter(scope)
    if filtered.goes_on:
        filtered.reports += [follow(scope, taint(recipient), "deliver", full=True) for recipient in recipients]
    return filtered.ended + simulate(scope, filtered.reports, happening)


def simulate(scope: Scope, reports: Sequence[Report], happening: Happening = DELIVERED) -> list[Delivery]:
    """The deliveries of addresses that have been routed for delivery."""
    ended: list[Delivery] = []
    local: list[RoutedAddress] = []
    remote: list[RoutedAddress] = []
    seen: set[tuple[bytes, bytes]] = set()
    for report in reports:
        events = {id(one): outcome for one, outcome in report.events}
        chosen = {id(one) for one in (*report.chains.local, *report.chains.remote)}
        for one in report.visited:
            outcome = events.get(id(one))
            end = _ended(one, outcome)
            if end is not None:
                if end.status == "failed":
                    end = replace(end, events=main_event(scope, "msg:fail:internal", end.message.encode("latin-1"), one))
                ended.append(end)
            elif one.generated or id(one) in chosen:
                key = one.unique or bytes(one.address), b"" if not one.generated else bytes(original_of(one).address)
                if key in seen and one.reply is None:
                    continue
                seen.add(key)
                (local if is_local(one.transport) else remote).append(one)
    runs = [*batches(scope, local), *batches(scope, remote)]
    deliveries = ended + [_run(scope, run, happening) for run in runs]
    if deliveries and not any(one.status == "deferred" for one in deliveries):
        last = deliveries[-1]
        deliveries[-1] = replace(last, events=last.events + main_event(scope, "msg:complete"))
    return deliveries


def _ended(one: RoutedAddress, outcome: str | None) -> Delivery | None:
    """What becomes of an address that comes to no transport; None for others."""
    router = one.router.name if one.router is not None else ""
    told = (_delivered(one),)
    if one.generated:
        if one.forbidden:
            what = FORBIDDEN[chr(one.address[0])]
            return _refused_early(told, router, "failed", -1, f"delivery to {what} forbidden")
        if one.message is not None:
            return _refused_early(told, router, "failed", -1, one.message.decode("latin-1"))
        if one.setup_error:
            return _refused_early(told, router, "deferred", BAD_TRANSPORT, one.setup_error)
        if one.address == b"/dev/null":
            log = f"=> {_text(told[0], True)} R={router} T={BYPASSED}"
            return Delivery(told, router, BYPASSED, "", "delivered", log=(log,))
        return None
    message = "" if one.message is None else one.message.decode("latin-1")
    if outcome == "fail":
        return _refused_early(told, router, "failed", UNKNOWN, message)
    if outcome == "defer":
        return replace(_refused_early(told, router, "deferred", UNKNOWN, message), frozen=one.frozen)
    if one.steps and one.steps[-1].outcome == "discard":
        log = f"=> :blackhole: <{_shown(original_of(one).address)}> R={router}"
        return Delivery(told, router, "", "", "discarded", log=(log,))
    return None


def _refused_early(told: tuple[Delivered, ...], router: str, status: str, errno: int, message: str) -> Delivery:
    where = f" R={router}" if router else ""
    mark, number = ("**", "") if status == "failed" else ("==", f" defer ({errno})")
    text = f": {message}" if message else ""
    log = f"{mark} {_text(told[0], False)}{where}{number}{text}"
    return Delivery(told, router, "", "", "failed" if status == "failed" else "deferred", errno, message, log=(log,))


def _run(scope: Scope, addresses: list[RoutedAddress], happening: Happening) -> Delivery:
    """One run of a transport, with what the variables show of its addresses."""
    transport = addresses[0].transport
    assert transport is not None, "batches() has seen to that"
    message = scope.message
    saved = scope.address, scope.where, message.return_path
    states = [address.state for address in addresses]
    try:
        _set_variables(addresses, transport)
        scope.address = addresses[0].state
        scope.where = f"transport {transport.name}"
        sender = message.sender or b""
        message.return_path = addresses[0].errors_to if addresses[0].errors_to is not None else sender
        job = Job(scope, transport, addresses, return_path=message.return_path)
        return _attempt(job, happening)
    finally:
        scope.address, scope.where, message.return_path = saved
        for address, state in zip(addresses, states, strict=True):
            address.state = state


def _set_variables(addresses: list[RoutedAddress], transport: Driver) -> None:
    """A batch has no local part, and a domain only where all have the same (section 23.4)."""
    several = len(addresses) > 1
    same = len({address.state.domain.lower() for address in addresses}) == 1
    for address in addresses:
        router = address.router
        address.state = replace(
            address.state,
            transport_name=transport.name.encode("latin-1"),
            router_name=router.name.encode("latin-1") if router is not None else b"",
        )
    if several:
        state = addresses[0].state
        addresses[0].state = replace(
            state,
            local_part=b"",
            domain=state.domain if same else b"",
            domain_data=state.domain_data if same else None,
            local_part_data=None,
            prefix=None,
            suffix=None,
        )


def _attempt(job: Job, happening: Happening, *, shadow: bool = False) -> Delivery:
    try:
        target = _deliver(job)
    except Refused as refused:
        if refused.panic:
            job.scope.log.append(("panic", refused.message))
        lost = Happening("failed" if refused.status == "failed" else "deferred", errno=refused.errno, message=refused.message)
        return _result(job, None, lost, () if shadow else raise_events(job, lost))
    if isinstance(target, HostsTarget) and happening.outcome == "deferred" and happening.errno > 0:
        target = fallback_hosts(job, target)
    following = _shadow(job, happening) if happening.outcome == "delivered" and not shadow else None
    return _result(job, target, happening, () if shadow else raise_events(job, happening, target), following)


def _deliver(job: Job) -> Target:
    """Everything that can be refused, in Exim's order."""
    transport = job.transport
    function = TRANSPORTS.get(transport.driver)
    if function is None:
        raise EximLangError(f"the transport driver {transport.driver} is not available", transport.span, transport.line.text)
    local = is_local(transport)
    job.return_path = _return_path(job, local)
    job.scope.message.return_path = job.return_path
    if local or "user" in transport.settings or "group" in transport.settings:
        job.identity = identity_of(job)
    _check_size(job)
    job.transport_filter = transport_filter(job)
    target = function(job)
    job.signatures, job.copy = signatures(job) if transport.driver == "smtp" else ((), job.copy)
    return target


def _return_path(job: Job, local: bool) -> bytes:
    text = job.transport.text("return_path")
    given = job.return_path
    if "return_path" not in job.transport.settings:
        return given
    try:
        return job.expand(text) if text is not None else b""
    except ForcedFailure:
        return given
    except ExpansionError as error:
        where = f" in {job.name} transport" if local else ""
        message = f'Failed to expand return path "{text}"{where}: {error.message}'
        raise Refused(message, EXPANSION if local else UNKNOWN, panic=True) from error


def _check_size(job: Job) -> None:
    """The option `message_size_limit`."""
    text = job.transport.text("message_size_limit")
    if text is None:
        return
    where = f"message_size_limit in {job.name} transport"
    try:
        value = job.expand(text)
    except ExpansionError as error:
        raise Refused(f"failed to expand {where}: {error.message}") from error
    try:
        limit = expanded_integer(value)
    except ExpansionError as error:
        raise Refused(f"invalid {where}: {error.message}") from error
    if 0 < limit < job.scope.message.size:
        raise Refused(f"message is too big (transport limit = {limit})", status="failed")


def _shadow(job: Job, happening: Happening) -> Delivery | None:
    """The delivery by `shadow_transport`, where `shadow_condition` has nothing against it."""
    name = job.transport.text("shadow_transport")
    if name is None or not is_local(job.transport):
        return None
    transport = job.scope.config.driver("transport", name.string)
    if transport is None:
        return None
    condition = job.transport.text("shadow_condition")
    if condition is not None:
        try:
            value = job.expand(condition)
        except ForcedFailure:
            return None
        except ExpansionError as error:
            job.scope.log.append(("main", f"failed to expand shadow_condition in {job.name} transport: {error.message}"))
            return None
        if value.strip().lower() in (b"", b"0", b"no", b"false"):
            return None
    other = Job(job.scope, transport, job.addresses, return_path=job.return_path)
    return _attempt(other, happening, shadow=True)


def _result(
    job: Job, target: Target | None, outcome: Happening, events: tuple[Event, ...], shadow: Delivery | None = None
) -> Delivery:
    router = job.address.router
    local = is_local(job.transport)
    told = tuple(_delivered(address) for address in job.addresses)
    if isinstance(target, FileTarget) and any(option in job.transport.settings for option in ("file", "directory")):
        told = tuple(replace(one, shown=target.path) if one.shown.startswith(b"/") else one for one in told)
    delivery = Delivery(
        told,
        router.name if router is not None else "",
        job.name,
        job.transport.driver,
        outcome.outcome,
        outcome.errno,
        outcome.message,
        target=target,
        return_path=bytes(job.return_path),
        identity=job.identity,
        copy=job.copy,
        transport_filter=job.transport_filter,
        shadow=shadow,
        events=events,
        signatures=job.signatures,
        notes=tuple(job.log),
    )
    return replace(delivery, log=tuple(_log(delivery, local, outcome)))


def _log(delivery: Delivery, local: bool, outcome: Happening) -> list[str]:
    """The lines of the main log about the addresses."""
    lines = []
    where = f" R={delivery.router}" if delivery.router else ""
    where += f" T={delivery.transport}"
    for number, one in enumerate(delivery.addresses):
        match delivery.status:
            case "delivered":
                line = f"{'=>' if number == 0 else '->'} {_text(one, local)}{where}{_peer(delivery, outcome)}"
                if delivery.shadow is not None:
                    line += f" ST={delivery.shadow.transport}"
                    line += f" ({delivery.shadow.message})" if delivery.shadow.status != "delivered" else ""
            case "failed":
                line = f"** {_text(one, False)}{where}{_peer(delivery)}: {delivery.message}"
            case _:
                peer = _peer(delivery) if delivery.errno < 0 else ""
                line = f"== {_text(one, False)}{where} defer ({delivery.errno}){peer}: {delivery.message}"
        lines.append(line)
    return lines


def _peer(delivery: Delivery, outcome: Happening = DELIVERED) -> str:
    """The host that spoke to Exim last."""
    target = delivery.target
    if not isinstance(target, HostsTarget) or not target.hosts:
        return ""
    host = target.hosts[0]
    text = f" H={_shown(host.name)} [{_shown(host.address or b'')}]"
    return text + (f' C="{_shown(outcome.confirmation)}"' if outcome.confirmation else "")


def _delivered(address: RoutedAddress) -> Delivered:
    """How the log shows an address: the local part without prefix and suffix, and what it was in the message."""
    state = address.state
    original = bytes(original_of(address).address)
    if address.generated:
        return Delivered(bytes(address.address), bytes(address.address), original)
    local_part, at, domain = bytes(address.address).rpartition(b"@")
    prefix, suffix = len(state.prefix or b""), len(state.suffix or b"")
    local_part = local_part[prefix : len(local_part) - suffix]
    return Delivered(local_part, local_part + at + domain, original)


def _text(one: Delivered, local: bool) -> str:
    first = one.shown if local else one.address
    return _shown(first) + (f" <{_shown(one.original)}>" if first != one.original else "")


def _shown(value: bytes) -> str:
    return value.decode("latin-1")
