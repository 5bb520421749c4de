"""What a client does at the wrong time: too soon (smtp_enforce_sync), or not at all (smtp_receive_timeout; chapter 14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.errors import ExpansionError
from exim_lang.expand.engine import expand
from exim_lang.smtp import ending, logline
from exim_lang.smtp.replies import printed
from exim_lang.syntax.times import read_time

if TYPE_CHECKING:
    from exim_lang.smtp.session import Session

SHOWN_BEFORE_BANNER = 128
SHOWN_BEHIND_COMMAND = 150
SHOWN_BEHIND_CHUNK = 32
"""Bytes of what came too soon that log lines show."""

TOO_SOON = b"SMTP synchronization error"
NEXT_INPUT = "(next input sent too soon: pipelining was"


def enforced(session: Session) -> bool:
    """Whether this client has to wait for answers: the controls decide, or else smtp_enforce_sync."""
    connection = session.scope.connection
    if not session.on_socket or not connection.host_address or "no_enforce_sync" in connection.controls:
        return False
    return "enforce_sync" in connection.controls or bool(session.option("smtp_enforce_sync"))


def too_soon(session: Session, followed: str) -> bool:
    """Whether something came behind a command that has to be answered first; `followed` as in `commands.Command`."""
    if not session.on_socket or followed == "always" or (followed == "pipelining" and session.advertised.pipelining):
        return False
    return not session.hosts.early_pipelining and bool(session.waiting) and enforced(session)


def too_soon_for_banner(session: Session) -> None:
    """The client did not wait for the greeting."""
    given = printed(session.waiting[:SHOWN_BEFORE_BANNER])
    who = logline.host_and_ident(session.scope)
    what = "SMTP protocol synchronization error (input sent without waiting for greeting)"
    session.log("main", "reject", line=f'{what}: rejected connection from {who} input="{given}"')
    session.say(b"554 " + TOO_SOON)
    session.decide("CONNECT", session.scope.connection.host_address, False, reason="input sent without waiting for greeting")
    session.closed = True


def refuse_hasty(session: Session) -> None:
    """The client did not wait for the answer to a command; that is the end of the session."""
    ending.incomplete(session, "sync failure")
    log_hasty(session, SHOWN_BEHIND_COMMAND, "")
    ending.run_notquit(session, "synchronization-error", b"554", TOO_SOON)
    session.decide("", session.command, False, reason=TOO_SOON.decode())
    session.closed = True


def log_hasty(session: Session, shown: int, more: str) -> None:
    """The line about what came too soon; `more` stands for what is not shown of it."""
    advertised = "advertised" if session.advertised.pipelining else "not advertised"
    waiting = session.waiting
    who = logline.host_and_ident(session.scope)
    line = (
        f"SMTP protocol synchronization error {NEXT_INPUT} {advertised}): rejected "
        f'"{session.printed_command()}" {who} next input="{printed(waiting[:shown])}"'
    )
    session.log("main", "reject", line=line + (more if len(waiting) > shown else ""))


def too_soon_behind_chunk(session: Session) -> None:
    """The client did not wait for the answer to a chunk, where it is not allowed to pipeline."""
    ending.incomplete(session, "sync failure")
    log_hasty(session, SHOWN_BEHIND_CHUNK, "...")
    session.protocol_error(b"554", TOO_SOON)


def seconds_to_wait(session: Session) -> float:
    """smtp_receive_timeout, expanded where it begins with a dollar."""
    text = session.config.text("smtp_receive_timeout")
    if text is None or not text.string.startswith("$"):
        value = session.option("smtp_receive_timeout")
        return float(value) if isinstance(value, int | float) else 300.0
    try:
        value = read_time(expand(text, session.scope).decode("latin-1").strip())
    except ExpansionError as error:
        session.log("main", "panic", line=f"{error.message}")
        return 300.0
    return 300.0 if value is None else float(value)


def timed_out(session: Session) -> None:
    """The client said nothing for smtp_receive_timeout."""
    who = logline.host_and_ident(session.scope, flag=False)
    if session.wants_data:
        what = "SMTP incoming data timeout"
        sender = (session.scope.message.sender or b"").decode("latin-1")
        line = f"SMTP data timeout (message abandoned) on connection from {who} F=<{sender}>"
        reason, text = "data-timeout", b" %s - closing connection." % what.encode()
    else:
        what = "SMTP command timeout"
        tls = " TLS" if session.scope.connection.tls_in.active else ""
        line = f"{what} on{tls} connection from {who}"
        reason, text = "command-timeout", b": %s - closing connection" % what.encode()
    if logline.selected(session.scope, "lost_incoming_connection"):
        session.log("main", line=line)
    ending.run_notquit(session, reason, b"421", session.host_name + text)
    session.decide("", b"", False, reason=what)


def terminated(session: Session) -> None:
    """Exim was told to stop."""
    who = logline.host_and_ident(session.scope, flag=False)
    session.log("main", line=f"SMTP connection from {who} closed after SIGTERM")
    what = b": Service not available"
    if session.wants_data:
        what = b" Service not available - SIGTERM or SIGINT received"
    text = session.host_name + what + b" - closing connection" + (b"." if session.wants_data else b"")
    ending.run_notquit(session, "signal-exit", b"421", text)
    session.decide("", b"", False, reason="Service not available")
