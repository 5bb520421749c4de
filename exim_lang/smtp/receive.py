"""What becomes of a message that has arrived: checks, header lines, ACLs, the last reply (specification chapter 47)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exim_lang.errors import ExpansionError
from exim_lang.expand.engine import expand
from exim_lang.expand.header_changes import apply_changes
from exim_lang.expand.headers import new_header
from exim_lang.expand.state import Report
from exim_lang.smtp import ending, logline
from exim_lang.smtp.acls import Accepted, run_data_acls
from exim_lang.smtp.arrival import arrival_line
from exim_lang.smtp.events import Taken
from exim_lang.smtp.fixups import complete
from exim_lang.smtp.fromline import take_from_line
from exim_lang.smtp.hostlists import host_in
from exim_lang.smtp.ids import new_id
from exim_lang.smtp.reading import Received, ends_with_crlf, read
from exim_lang.smtp.replies import split_message

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.smtp.session import Session

_FIRST_LINE = re.compile(rb"[!-9;-~]+[ \t]*:|>?From ")
_END_OF_HEADER = re.compile(rb"^(?![!-9;-~]+[ \t]*:|[ \t]+\S|From ).*\n", re.MULTILINE)
"""A header line, or the separator of mailbox files: only then Exim asks for ignore_fromline_hosts."""

FAKE_TEXT = (
    b"Your message has been rejected but is being kept for evaluation."
    b"\nIf it was a legitimate message, it may still be delivered to the target\nrecipient(s)."
)
NOT_REAL = b"\n**** SMTP testing: that is not a real message id!\n\n"


def take_message(session: Session, raw: bytes, *, dots: bool, chunk: int | None = None) -> None:
    """Handles a complete message; `chunk` is the size of the last BDAT chunk, None for DATA."""
    scope = session.scope
    message = scope.message
    if chunk is not None and not ends_with_crlf(raw) and raw:
        line = refused_line(session, "Non-CRLF-terminated header, under CHUNKING: message abandoned")
        refuse(session, b"552 Message header not CRLF terminated", line)
        return
    rest = without_from_line(session, raw)
    received = read(rest, dots=dots)
    received.size += len(raw[: len(raw) - len(rest)].replace(b"\r\n", b"\n"))
    if not within_limits(session, received):
        return
    message.id = new_id(scope)
    session.message_id = message.id.decode("latin-1")
    message.received_time = scope.world.now()
    message.headers = received.headers
    message.body = received.body
    message.received = True
    message.size = received.size
    message.linecount = received.linecount
    message.max_received_linelength = received.longest
    session.chunked = chunk is not None
    complete(session)
    rewrite(session)
    if not add_received(session):
        return
    apply_changes(message)
    accepted = run_data_acls(session)
    if accepted is not None:
        finish(session, accepted, chunk)
        return
    session.message_id = ""
    session.reset()


def without_from_line(session: Session, raw: bytes) -> bytes:
    """The message without separators of mailbox files, which some hosts may send in front (ignore_fromline_hosts)."""
    while _FIRST_LINE.match(raw) is not None and host_in(session, "ignore_fromline_hosts") is True:
        rest = take_from_line(session, raw, sets_sender=True)
        if rest is None:
            break
        raw = rest
    return raw


def rewrite(session: Session) -> None:
    """Applies the rewriting rules, or notes that nobody can."""
    scope = session.scope
    if not session.config.rewrite:
        return
    if scope.rewrite_message is not None:
        scope.rewrite_message(scope)
    else:
        session.note("the rewriting rules of the configuration were not applied")


def within_limits(session: Session, received: Received) -> bool:
    """header_maxsize, header_line_maxsize and message_size_limit."""
    sizes = [len(one.text) for one in received.headers]
    header_limit = session.number("header_maxsize")
    line_limit = session.number("header_line_maxsize")
    if line_limit and sizes and max(sizes) > line_limit:
        who = logline.host_and_ident(session.scope, flag=False)
        line = f"overlong message header line received from {who} (more than {line_limit} characters): message abandoned"
        refuse(session, b"552 A message header line is too long", line)
        return False
    if sum(sizes) > header_limit > 0:
        who = logline.host_and_ident(session.scope, flag=False)
        line = f"ridiculously long message header received from {who} (more than {header_limit} characters): message abandoned"
        refuse(session, b"552 Message header is ridiculously long", line)
        return False
    if received.late and 0 < session.size_limit < received.size:
        line = refused_line(session, f"message too big: read={received.size} max={session.size_limit}")
        logged = logline.selected(session.scope, "size_reject")
        refuse(session, b"552 Message size exceeds maximum permitted", line if logged else "")
        return False
    return True


def refused_line(session: Session, detail: str) -> str:
    """The log line of a message that is refused for what it is."""
    sender = (session.scope.message.sender or b"").decode("latin-1")
    return f"rejected from <{sender}> {logline.host_and_ident(session.scope)}: {detail}"


def refuse(session: Session, reply: bytes, line: str) -> None:
    """Refuses a message for what it is, and forgets it; `line` goes to the logs, unless it is empty."""
    if line:
        session.log("main", "reject", line=line)
    session.say(reply)
    session.decide("DATA", b"", False, reason=reply[4:].decode("latin-1"))
    session.message_id = ""
    session.reset()


def add_received(session: Session) -> bool:
    """Puts Exim's own Received: line in front; False when received_header_text cannot be expanded."""
    scope = session.scope
    message = scope.message
    text = session.config.text("received_header_text")
    if text is None:
        return True
    if len(message.recipients) == 1:
        message.received_for = message.recipients[0]
    try:
        value = expand(text, scope)
    except ExpansionError as error:
        session.log("main", "panic", line=f'Expansion of "{text}" (received_header_text) failed: {error.message}')
        session.closed = True
        return False
    finally:
        message.received_for = b""
    if value:
        stamp = expand("$tod_full", scope)
        assert message.headers is not None
        message.headers.insert(0, new_header(value + b";\n\t" + stamp + b"\n"))
    return True


def finish(session: Session, accepted: Accepted, chunk: int | None) -> None:
    """The message is accepted: logs it, answers, hands it out."""
    scope = session.scope
    message = scope.message
    fake = next((name for name in ("fakereject", "fakedefer") if name in message.controls), "")
    identity = message.id
    session.log("main", line=arrival_line(session, fake), with_id=False)
    if "freeze" in message.controls:
        session.log("main", line="frozen by ACL")
    if "queue" in message.controls and logline.selected(scope, "delay_delivery"):
        session.log("main", line="no immediate delivery: queued by ACL")
    if fake:
        text = split_message(message.controls[fake] or FAKE_TEXT)
        session.respond(b"550" if fake == "fakereject" else b"450", text)
    elif accepted.reply:
        session.say(accepted.reply)
    elif accepted.message is not None:
        session.respond_custom(b"250", accepted.message)
    else:
        if chunk is not None:
            session.say(b"250- %d byte chunk, total %d" % (chunk, message.size))
        session.say(b"250 OK id=" + identity)
    if session.testing:
        session.send(NOT_REAL)
    if not message.recipients:
        by = "MAIL" if session.transaction.discarded else "RCPT"
        who = session.transaction.blackholed or f"({by} ACL discarded recipients)"
        session.log("main", line=f"=> blackhole {who}")
        session.log("main", line="Completed")
        session.message_id = ""
    headers = tuple([header for header in message.headers or () if header.kind != "*"])
    controls = dict(message.controls)
    recipients = tuple(message.recipients)
    if "bmi_run" in session.scope.message.controls:
        pass_to_brightmail(session.scope)
    session.take(
        Taken(identity, message.sender or b"", recipients, headers, message.body, fake.removeprefix("fake"), controls)
    )
    if not session.testing:
        session.message_id = ""  # under -bh, later lines have it still
    session.reset()


def lost_message(session: Session, received: bytes) -> None:
    """The client went away in the middle of a message, of which `received` is there."""
    who = logline.host_and_ident(session.scope, flag=False)
    where = "" if _END_OF_HEADER.search(received) else " (header)"
    session.log("main", line=f"SMTP connection from {who} lost while reading message data{where}")
    ending.run_notquit(session, "connection-lost")
    session.say(b"421 Lost incoming connection")
    session.decide("DATA", b"", False, reason="Lost incoming connection")
    session.closed = True


def pass_to_brightmail(scope: Scope) -> None:
    """Tells what Brightmail's server would get to know of the recipients."""
    message = scope.message
    optin = {address.lower(): value for address, value in message.bmi_optin.items()}
    lines = [b"<%s> %s" % (one, optin.get(one.lower(), b"")) for one in message.recipients]
    text = scope.config.text("bmi_config_file")
    config = text.encode() if text is not None else b""
    scope.reports.append(Report("brightmail", config, b"\n".join(line.rstrip() for line in lines)))
