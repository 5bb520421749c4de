"""A filter in the data or the file of a redirect router: what it sets up becomes new addresses (specification section 22.6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, assert_never

from exim_lang.expand.addresses import AddressError, address_items, parse_address
from exim_lang.filter.actions import Action, Delivering, Logging, Mailing, Piping, Saving, Stopping
from exim_lang.filter.read import read_filter
from exim_lang.filter.run import FilterRun
from exim_lang.filter.sieve import FileInto, Redirect, SieveRun, Vacation
from exim_lang.filter.sieve_words import SieveError
from exim_lang.filter.words import FilterError
from exim_lang.records import dataclass, field, replace
from exim_lang.route.address import Reply
from exim_lang.route.rewrite import qualify_address, rewrite_address, rewrite_one
from exim_lang.syntax.times import read_time

if TYPE_CHECKING:
    from exim_lang.route.registry import Run

FORBIDDEN = ("dlfunc", "existstest", "logwrite", "lookup", "perl", "readfile", "readsocket", "reply", "run")
"""What `forbid_filter_...` takes away."""
BAD_REPLY = b">**bad-reply**"
STOPS = ("defer", "fail", "freeze")


@dataclass(frozen=True, slots=True)
class Generated:
    """A new address of a filter: `target` as a redirection writes it (`|command`, `/file`, `>reply`, an address)."""

    target: bytes
    generated: bool = False
    errors_to: bytes | None = None
    noerror: bool = False
    mode: int = 0
    reply: Reply | None = None


@dataclass(slots=True)
class Outcome:
    """What a filter comes to: `seen` says that nothing more is to be delivered for the address."""

    targets: list[Generated] = field(default_factory=list)
    seen: bool = False
    stopped: Stopping | None = None
    log: list[str] = field(default_factory=list)


def run_filter(run: Run, data: bytes, kind: str) -> Outcome | str:
    """Obeys the filter; a text is what is wrong with it. `kind` is "Exim" or "Sieve"."""
    if kind == "Sieve":
        return _run_sieve(run, data)
    router, scope = run.router, run.scope
    allowed = frozenset(name for name in STOPS if router.option(f"allow_{name}"))
    forbidden = frozenset(
        name for name in FORBIDDEN if router.fact(f"forbid_filter_{name}") is not None and run.flag(f"forbid_filter_{name}")
    )
    home = run.address.state.home
    prepend = router.fact("filter_prepend_home") is None or run.flag("filter_prepend_home")
    filter_run = FilterRun(
        scope,
        lambda address, place: rewrite_one(scope, address, place),
        lambda address: rewrite_address(scope, address, "t") if router.option("rewrite") else _qualified(run, address),
        home=bytes(home) if home and prepend else None,
        forbidden=forbidden,
        first_delivery=scope.process.first_delivery,
    )
    try:
        filter_run.run(read_filter(bytes(data), allowed=allowed))
    except FilterError as error:
        return error.message
    outcome = Outcome(seen=filter_run.delivered, stopped=filter_run.stopped)
    for action in filter_run.actions:
        made = _generated(run, action, outcome)
        if isinstance(made, str):
            return made
        if made is not None and not (made.reply is None and made in outcome.targets):
            outcome.targets.append(made)
    return outcome


def _qualified(run: Run, address: bytes) -> bytes:
    return qualify_address(run.scope, address, "qualify_recipient")


def _generated(run: Run, action: Action, outcome: Outcome) -> Generated | str | None:
    match action:
        case Delivering(address, errors_to, _, noerror):
            return Generated(address, False, errors_to, noerror)
        case Saving(path, mode, _, noerror):
            return Generated(path, True, None, noerror, mode or 0)
        case Piping(command, _, noerror):
            return Generated(b"|" + command, True, None, noerror)
        case Mailing():
            target, reply = reply_of(action, lambda: bytes(run.expand("$reply_address")))
            if reply is None:
                shown = (action.get("once_repeat") or b"").decode("latin-1")
                return f'Bad time value for "once_repeat" in mail or vacation command: {shown}'
            return Generated(target, True, None, action.noerror, reply=reply)
        case Logging(what, text, _):
            if what == "logwrite":
                outcome.log.append(text.decode("latin-1"))
    return None


def reply_of(action: Mailing, usual: Callable[[], bytes]) -> tuple[bytes, Reply | None]:
    """The new address and the message of `mail`, None for an interval that cannot be read; `usual` is whom it goes to else."""
    reply = _reply(action)
    to = action.get("to") or usual()
    first = next((item for item in address_items(to) if item.strip()), b"")
    try:
        target = b">" + bytes(parse_address(first).address)
    except AddressError:
        target = BAD_REPLY
    return target, None if reply is None else replace(reply, to=to)


def _reply(action: Mailing) -> Reply | None:
    """The message of `mail`; None for an interval that cannot be read."""
    repeat = action.get("once_repeat")
    seconds = read_time(repeat.decode("latin-1")) if repeat is not None else 0
    if seconds is None:
        return None
    return Reply(
        to=action.get("to"),
        cc=action.get("cc"),
        bcc=action.get("bcc"),
        sender=action.get("from"),
        reply_to=action.get("reply_to"),
        subject=action.get("subject"),
        headers=action.get("extra_headers"),
        text=action.get("text"),
        file=action.get("file"),
        log=action.get("log"),
        once=action.get("once"),
        once_repeat=seconds,
        file_expand=action.expand,
        return_message=action.return_message,
    )


def _run_sieve(run: Run, data: bytes) -> Outcome | str:
    """A Sieve filter: what it keeps goes into "inbox"; one that is wrong keeps the message (the filter document, 2.12)."""
    scope = run.scope
    sieve = SieveRun(scope, lambda address, place: rewrite_one(scope, address, place))
    outcome = Outcome(seen=True)
    try:
        sieve.run(bytes(data))
    except SieveError as error:
        outcome.log.append(f"Sieve error: {error.message}")
    for action in sieve.actions:
        match action:
            case FileInto(folder):
                outcome.targets.append(Generated(folder, True))
            case Redirect(address):
                outcome.targets.append(Generated(address))
            case Vacation():
                outcome.targets.append(_vacation(run, action))
            case _:
                assert_never(action)
    inbox = Generated(b"inbox", True)
    if sieve.keep and inbox not in outcome.targets:
        outcome.targets.append(inbox)
    return outcome


def _vacation(run: Run, action: Vacation) -> Generated:
    """The answer of `vacation`: to the sender, with the subject of the message behind "Auto: "."""
    sender = bytes(run.scope.message.sender or b"")
    subject = action.subject
    if subject is None:
        subject = b"Auto: " + bytes(run.expand("${if def:header_subject {$h_subject:}{Automated reply}}"))
    headers = b"Content-Type: text/plain;\n\tcharset=\"utf-8\"\nContent-Transfer-Encoding: quoted-printable"
    reply = Reply(
        to=sender,
        sender=action.sender,
        subject=subject,
        headers=None if action.mime else b"MIME-Version: 1.0\n" + headers,
        text=action.reason,
        once_repeat=action.days * 86400,
    )
    return Generated(b">" + sender, True, noerror=True, reply=reply)
