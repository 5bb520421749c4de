"""Messages that come on the standard input, without SMTP (specification chapters 5, 44.5 and 48).

The caller is trusted, as root is. Nothing is ever delivered; what Exim would mail to the sender when something is wrong
(`-oem`, the default) is only told, as with `-oep`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exim_lang.acl.mbox import forget_mbox
from exim_lang.errors import ExpansionError
from exim_lang.expand.addresses import AddressError, address_items, parse_address, parse_addresses
from exim_lang.expand.header_changes import apply_changes
from exim_lang.expand.headers import REMOVED, is_named, new_header
from exim_lang.expand.state import Header
from exim_lang.records import dataclass
from exim_lang.smtp import logline
from exim_lang.smtp.arrival import arrival_line
from exim_lang.smtp.envelope import address_options, qualify
from exim_lang.smtp.events import Decision, Taken
from exim_lang.smtp.fixups import complete
from exim_lang.smtp.fromline import take_from_line
from exim_lang.smtp.hostlists import expanded_number
from exim_lang.smtp.ids import new_id
from exim_lang.smtp.mime import DISCARDED, walk_parts
from exim_lang.smtp.reading import read
from exim_lang.smtp.receive import add_received, rewrite
from exim_lang.taint import like, taint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from exim_lang.acl.verdict import Verdict
    from exim_lang.smtp.session import Session

_LONE_DOT = re.compile(rb"^\.\r?$", re.MULTILINE)
_OF_RECIPIENTS = frozenset("TCB")
_OF_ADDRESSES = _OF_RECIPIENTS | frozenset("FRS")
NO_REASON = "local configuration problem"


class Refused(Exception):
    """The message is not taken: what the caller is told, and the log line about it ("" for none)."""

    def __init__(self, told: str, logged: str = "", *, with_id: bool = True) -> None:
        super().__init__(told)
        self.told = told
        self.logged = logged
        self.with_id = with_id


@dataclass(frozen=True, slots=True)
class Submission:
    """What the command line says of a message.

    `recipients` are its arguments, each a list of addresses. With `extract` (`-t`) they come from the header, and the arguments
    are not wanted (extract_addresses_remove_arguments). `dots` says that a line with a single dot ends the message (no `-i`).
    `sender_given` says that the sender of the scope's message was set with `-f`.
    """

    recipients: Sequence[bytes]
    extract: bool = False
    dots: bool = True
    sender_given: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """What Exim tells its caller, "" for nothing, and its exit status: 1 also for a message that is discarded."""

    told: str = ""
    status: int = 0


def submit(session: Session, submission: Submission, data: bytes) -> Ending:
    """Takes or refuses a message. Decisions of ACLs and the message are among the events of the session.

    `data` is what comes on the standard input. The scope's message has the sender; its connection has no host.
    """
    scope = session.scope
    scope.connection.is_smtp = False
    scope.connection.received_protocol = scope.connection.received_protocol or b"local"
    try:
        return Ending(status=int(_submit(session, submission, data)))
    except Refused as refusal:
        if refusal.logged:
            session.log("main", "reject", line=refusal.logged, with_id=refusal.with_id)
        return Ending(refusal.told, 1)
    finally:
        forget_mbox(scope)
        session.message_id = ""


def _submit(session: Session, submission: Submission, data: bytes) -> bool:
    """Whether the message was discarded; raises Refused."""
    scope = session.scope
    message = scope.message
    given = [_parsed(session, address) for text in submission.recipients for address in address_items(text)]
    limit = session.number("recipients_max")
    if 0 < limit < len(given):
        raise Refused("too many recipients")
    message.recipients = given
    sender = message.sender or b""
    _run(session, "NOTSMTP_START", "acl_not_smtp_start")  # whatever it says
    _read(session, _up_to_dot(data) if submission.dots else data, sets_sender=not submission.sender_given)
    _check_header(session)
    _identify(session)
    _check_size(session)
    if submission.extract:
        _extract(session, bool(session.option("extract_addresses_remove_arguments")))
    raw_recipients = message.recipients
    message.recipients = [
        address if b"@" in address else qualify(session, address, "qualify_recipient") for address in message.recipients
    ]
    message.recipients_total = len(message.recipients)
    complete(session)
    _qualify_headers(session)
    rewrite(session)
    if not add_received(session):
        raise Refused(NO_REASON)
    apply_changes(message)
    discarded = _run_acls(session)
    _accept(session, discarded, arrival_line(session, "", (sender, raw_recipients)))
    return discarded != ""


def take_for_test(session: Session, data: bytes) -> bool:
    """Makes `data` the message of the session as `-bem` does: completed like a submission, and given to no ACL.

    False when it had no header.
    """
    _read(session, _up_to_dot(data), sets_sender=False)
    message = session.scope.message
    if not data.endswith(b"\n") and message.body.endswith(b"\n"):  # a last line of the body stays unended
        message.body_linecount = message.body.count(b"\n")
        message.body, message.size = message.body[:-1], message.size - 1
    had_header = bool(message.headers)
    # its own Received: line is counted, and shown nowhere
    message.received_count = 1 + sum(is_named(header, b"received") for header in message.headers or ())
    _identify(session)
    complete(session)
    return had_header


def _read(session: Session, text: bytes, *, sets_sender: bool) -> None:
    """Takes the header and the body from `text`."""
    scope = session.scope
    message = scope.message
    text = text if text.endswith(b"\n") else text + b"\n"
    rest = take_from_line(session, text, sets_sender=sets_sender)
    rest = text if rest is None else rest
    received = read(rest, dots=False)
    message.headers = received.headers
    message.body = received.body
    message.size = received.size + len(text) - len(rest)
    message.linecount = received.linecount
    message.max_received_linelength = received.longest
    message.received_time = scope.world.now()


def _identify(session: Session) -> None:
    message = session.scope.message
    message.id = new_id(session.scope)
    session.message_id = message.id.decode("latin-1")
    message.received = True


def _parsed(session: Session, text: bytes) -> bytes:
    try:
        return taint(parse_address(text, **address_options(session)).address)
    except AddressError as error:
        shown = text.decode("latin-1")
        raise Refused(f'bad recipient address "{shown}": {error.message}') from None


def _run(session: Session, phase: str, option: str) -> Verdict | None:
    verdict = session.run_acl(phase, option)
    if verdict is not None:
        session.events.append(Decision(phase, b"", b"", phase == "NOTSMTP_START" or _accepted(verdict), b"", verdict))
    return verdict


def _accepted(verdict: Verdict) -> bool:
    return verdict.verdict in ("accept", "discard")


def _up_to_dot(data: bytes) -> bytes:
    found = _LONE_DOT.search(data)
    return data if found is None else data[: found.start()]


def _check_header(session: Session) -> None:
    header = sum(len(one.text) for one in session.scope.message.headers or ())
    limit = session.number("header_maxsize")
    who = logline.host_and_ident(session.scope, flag=False)
    if header > limit > 0:
        raise Refused(
            f"message header longer than {limit} characters received: message not accepted",
            f"ridiculously long message header received from {who} (more than {limit} characters): message abandoned",
        )


def _check_size(session: Session) -> None:
    message = session.scope.message
    header = sum(len(one.text) for one in message.headers or ())
    try:
        size = expanded_number(session, "message_size_limit", 50 << 20)
    except ExpansionError as error:
        raise Refused(f"message_size_limit: {error.message}") from None
    if 0 < size < message.size:
        sender = (message.sender or b"").decode("latin-1")
        read_so_far = max(header, size) + 1
        raise Refused(
            f"message rejected: message too big (max={size})",
            f"rejected from <{sender}> {logline.host_and_ident(session.scope)}: message too big: read={read_so_far} max={size}",
        )


def _extract(session: Session, remove: bool) -> None:
    """The recipients of `-t`: those of To:, Cc: and Bcc:, or of their Resent- forms, without the arguments, or with them."""
    message = session.scope.message
    headers = message.headers or []
    arguments = message.recipients
    prefix = b"Resent-" if any(header.text[:7].lower() == b"resent-" for header in headers) else b""
    named = [header for header in headers if any(is_named(header, prefix + name) for name in (b"To", b"Cc", b"Bcc"))]
    found: list[bytes] = []
    for header in named:
        for parsed in parse_addresses(header.value, **address_options(session)):
            if isinstance(parsed, AddressError):
                if parsed.message == "empty address":
                    continue
                shown = header.value.rstrip(b"\n").decode("latin-1")
                logged = f"{session.message_id} bad addresses found in headers"
                raise Refused(f"invalid address: {shown}: {parsed.message}", logged)
            if parsed.address:
                found.append(taint(parsed.address))
        if is_named(header, prefix + b"Bcc"):
            header.kind = REMOVED
    message.recipients = list(dict.fromkeys(address for address in found if not (remove and address in arguments)))
    if not remove:
        message.recipients += [address for address in arguments if address not in message.recipients]
    if not message.recipients:
        raise Refused("no recipients in message", f"{session.message_id} no recipients found in headers")


def _qualify_headers(session: Session) -> None:
    """Completes addresses without a domain in header lines: recipients with qualify_recipient, others with qualify_domain."""
    headers = session.scope.message.headers or []
    for at in reversed(range(len(headers))):
        header = headers[at]
        if header.kind not in _OF_ADDRESSES:
            continue
        wanted = "qualify_recipient" if header.kind in _OF_RECIPIENTS else "qualify_domain"
        text = header.text
        at_value = len(header.text) - len(header.value)
        for start, end, address in reversed(list(_unqualified(session, header.value))):
            done = qualify(session, address, wanted)
            text = like(text[: at_value + start] + done + text[at_value + end :], text)
        if text is not header.text:
            headers[at : at + 1] = [Header(header.text, REMOVED), new_header(text)]


def _unqualified(session: Session, value: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The addresses without a domain in a header line: where they start and end, and what they are."""
    at = 0
    for item in address_items(value):
        at = value.index(item, at)
        try:
            parsed = parse_address(item, allow_group=True, in_group=True, **address_options(session))
        except AddressError:
            continue
        start = item.find(parsed.address, parsed.start)  # a comment may follow
        if parsed.address and not parsed.domain and start != -1:
            yield at + start, at + start + len(parsed.address), parsed.address


def _run_acls(session: Session) -> str:
    """The MIME and the last ACL; returns how the message was discarded, or "". Raises Refused."""
    scope = session.scope
    verdict = walk_parts(session, "acl_not_smtp_mime")
    if verdict is not None:
        apply_changes(scope.message)
        session.events.append(Decision("MIME", b"", b"", _accepted(verdict), b"", verdict))
        if verdict.verdict == "discard":
            return DISCARDED
        if verdict.verdict != "accept":
            raise Refused("")
    verdict = _run(session, "NOTSMTP", "acl_not_smtp")
    apply_changes(scope.message)
    if verdict is None or verdict.verdict == "accept":
        return ""
    if verdict.verdict == "discard":
        detail = "" if verdict.log_message is None else ": " + verdict.log_message.decode("latin-1")
        return "(non-SMTP ACL discarded recipients)" + detail
    told = (verdict.user_message or NO_REASON.encode()).decode("latin-1")
    logged = "NULL" if verdict.log_message is None else verdict.log_message.decode("latin-1")
    sender = (scope.message.sender or b"").decode("latin-1")
    raise Refused(f"message rejected by non-SMTP ACL: {told}", f"F=<{sender}> rejected by non-SMTP ACL: {logged}")


def _accept(session: Session, discarded: str, arrived: str) -> None:
    """Logs the message and hands it out."""
    scope = session.scope
    message = scope.message
    session.log("main", line=arrived, with_id=False)
    if "freeze" in message.controls:
        session.log("main", line="frozen by ACL")
    if "queue" in message.controls and logline.selected(scope, "delay_delivery"):
        session.log("main", line="no immediate delivery: queued by ACL")
    if discarded:
        message.recipients.clear()
        session.log("main", line=f"=> blackhole {discarded}")
        session.log("main", line="Completed")
    headers = tuple(header for header in message.headers or () if header.kind != REMOVED)
    recipients = tuple(message.recipients)
    session.events.append(
        Taken(message.id, message.sender or b"", recipients, headers, message.body, "", dict(message.controls))
    )
