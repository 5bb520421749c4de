"""The system filter: run once for a message, before any address is routed (specification chapter 47)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.errors import ExpansionError, ForcedFailure
from exim_lang.filter.actions import Delivering, Mailing, Piping, Saving, Stopping
from exim_lang.filter.read import read_filter
from exim_lang.filter.run import FilterRun
from exim_lang.filter.words import FilterError
from exim_lang.records import dataclass, field
from exim_lang.route.address import RoutedAddress
from exim_lang.route.filter_file import reply_of
from exim_lang.route.rewrite import rewrite_address, rewrite_one
from exim_lang.route.verify import Report, follow
from exim_lang.taint import is_tainted, taint, untainted
from exim_lang.transport.delivery import Delivered, Delivery

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import Driver
    from exim_lang.world.world import User

CREATOR = b"system-filter"
"""What the log gives as the address that those of the filter come from."""


def is_of_filter(address: RoutedAddress) -> bool:
    """Whether the system filter wants this delivery: its commands may look at all recipients."""
    return address.parent is not None and address.parent.address == CREATOR


class _Unusable(Exception):
    """The filter, or a transport for it, cannot be used; Exim's words."""


@dataclass(slots=True)
class Filtered:
    """What the filter has done.

    `goes_on` says whether the recipients of the message are still to be delivered to; `reports` are its own addresses, routed;
    `ended` tells of the message, and of what comes to no transport.
    """

    goes_on: bool = True
    reports: list[Report] = field(default_factory=list)
    ended: list[Delivery] = field(default_factory=list)


def run_system_filter(scope: Scope) -> Filtered:
    """Runs the filter that the main option `system_filter` names on the message in `scope`, whose header it may change.

    Where there is none, nothing happens. What it delivers is routed at once, and not yet transported. Raises ClosedWorld.
    """
    filtered = Filtered()
    try:
        data = _filter_text(scope)
        if data is None:
            return filtered
        run = FilterRun(
            scope,
            lambda address, place: rewrite_one(scope, address, place),
            lambda address: rewrite_address(scope, address, "t"),
            system=True,
        )
        message = scope.message
        saved = scope.address, message.return_path
        scope.address, message.return_path = None, message.sender
        try:
            run.run(read_filter(data, system=True))
        finally:
            scope.address, message.return_path = saved
    except (_Unusable, FilterError) as error:
        _end(filtered, "deferred", f"Error in system filter: {error}")
        return filtered
    user = _user(scope)
    for action in run.actions:
        match action:
            case Delivering(address, errors_to, _, noerror):
                parent = RoutedAddress(CREATOR, errors_to=b"" if noerror else errors_to)
                filtered.reports.append(follow(scope, taint(address), "deliver", full=True, parent=parent))
            case Saving() | Piping() | Mailing():
                _set_up(scope, action, user, filtered)
    if run.stopped is not None:
        _stop(filtered, run.stopped)
    elif run.delivered:
        nothing = not filtered.reports and not filtered.ended
        line = "=> discarded (system filter)" if nothing else "original recipients ignored (system filter)"
        _end(filtered, "discarded", line, "")
    return filtered


def _end(filtered: Filtered, status: str, line: str, message: str | None = None) -> None:
    """The recipients of the message get nothing."""
    filtered.goes_on = False
    text = line if message is None else message
    match status:
        case "discarded" | "failed" | "deferred":
            filtered.ended.insert(0, Delivery((), "", "", "", status, message=text, log=(line,)))


def _stop(filtered: Filtered, stopped: Stopping) -> None:
    """`defer`, `fail`, `freeze`: of a text behind `<<log>>` only what is in between is logged."""
    text = stopped.text.decode("latin-1")
    logged = text
    if text.startswith("<<") and ">>" in text:
        logged, _, text = text[2:].partition(">>")
    behind = f": {logged}" if logged else ""
    match stopped.name:
        case "fail":
            _end(filtered, "failed", f"cancelled by system filter{behind}", text)
        case "defer":
            _end(filtered, "deferred", "Delivery deferred by system filter", text)
        case "freeze":
            _end(filtered, "deferred", f"Frozen by the system filter{behind}", text)


def _filter_text(scope: Scope) -> bytes | None:
    """The filter; None where there is none."""
    text = scope.config.text("system_filter")
    if text is None:
        return None
    try:
        path = scope.expand(text)
    except ForcedFailure:
        return None
    except ExpansionError as error:
        raise _Unusable(f'failed to expand "{text}": {error.message}') from error
    shown = path.decode("latin-1")
    try:
        return scope.world.read_file(untainted(path))
    except FileNotFoundError as error:
        raise _Unusable(f"{shown} does not exist") from error
    except OSError as error:
        raise _Unusable(f"failed to open {shown}: {error.strerror}") from error


def _user(scope: Scope) -> User | None:
    """Whom the filter, and what it delivers to, runs as; None for Exim's own user."""
    text = scope.config.text("system_filter_user")
    return None if text is None else scope.world.passwd(text.encode())


def _set_up(scope: Scope, action: Saving | Piping | Mailing, user: User | None, filtered: Filtered) -> None:
    """A file, a pipe or a message: it has no router, its transport is named by a main option."""
    match action:
        case Saving(path, mode, _, noerror):
            one = RoutedAddress(path, RoutedAddress(CREATOR), mode=mode or 0)
            one.state.address_file = path
            option = "system_filter_directory_transport" if path.endswith(b"/") else "system_filter_file_transport"
        case Piping(command, _, noerror):
            one = RoutedAddress(b"|" + command, RoutedAddress(CREATOR), expand_pipe=True)
            one.state.address_pipe = one.address
            option = "system_filter_pipe_transport"
        case Mailing():
            noerror = action.noerror
            target, reply = reply_of(action, lambda: bytes(scope.expand("$reply_address")))
            one = RoutedAddress(target, RoutedAddress(CREATOR), reply=reply)
            option = "system_filter_reply_transport"
    one.generated, one.user = True, user
    one.state.local_part, one.state.domain = CREATOR, bytes(scope.expand("$qualify_recipient"))
    one.errors_to = b"" if noerror else None
    try:
        one.transport = _transport(scope, option)
    except _Unusable as error:
        shown = one.address.decode("latin-1")
        told = (Delivered(bytes(one.address), bytes(one.address), CREATOR),)
        log = f"== {shown} <{CREATOR.decode()}> routing defer (-1): {error}"
        filtered.ended.append(Delivery(told, "", "", "", "deferred", -1, str(error), log=(log,)))
        return
    filtered.reports.append(Report(one.address, first=one, last=one, events=[(one, "ok")], visited=[one]))


def _transport(scope: Scope, option: str) -> Driver:
    text = scope.config.text(option)
    if text is None:
        raise _Unusable(f"{option} is unset")
    try:
        name = scope.expand(text)
    except ExpansionError as error:
        raise _Unusable(f'failed to expand "{text}" ({option}): {error.message}') from error
    shown = name.decode("latin-1")
    if is_tainted(name):
        raise _Unusable(f"attempt to use tainted value '{shown}' for transport '{option}' in system filter")
    found = scope.config.driver("transport", shown)
    if found is None:
        raise _Unusable(f'failed to find "{shown}" transport for system filter delivery')
    return found
