"""How conversations end: QUIT, a lost client, and the ACL for ends without QUIT (specification chapter 44)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.smtp import logline
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.smtp.session import Session


def run_notquit(session: Session, reason: str, code: bytes = b"", text: bytes = b"") -> None:
    """Runs acl_smtp_notquit, whose verdict does not count, and says goodbye with its message or else with `text`."""
    scope = session.scope
    message = None
    if not scope.connection.notquit_reason:
        scope.connection.notquit_reason = reason.encode()
        verdict = session.run_acl("NOTQUIT", "acl_smtp_notquit")
        if verdict is not None:
            message = verdict.user_message
            if verdict.verdict == "error":
                detail = (verdict.log_message or b"").decode("latin-1")
                session.log("main", "panic", line=f"ACL for not-QUIT returned ERROR: {detail}")
            session.decide("NOTQUIT", reason.encode(), True, verdict)
    if code:
        if message is not None:
            session.respond(code, message)
        else:
            session.say(code + b" " + text)


def quit_session(session: Session) -> None:
    """QUIT: the ACL may change the words, not the outcome."""
    incomplete(session, "QUIT")
    verdict = session.run_acl("QUIT", "acl_smtp_quit")
    if verdict is not None:
        session.decide("QUIT", b"", True, verdict)
        if verdict.verdict == "error":
            detail = (verdict.log_message or b"").decode("latin-1")
            session.log("main", "panic", line=f"ACL for QUIT returned ERROR: {detail}")
    if verdict is not None and verdict.user_message is not None:
        session.respond(b"221", verdict.user_message)
    else:
        session.say(b"221 " + session.host_name + b" closing connection")
    log_close(session, "closed by QUIT")
    session.closed = True


def lost_connection(session: Session) -> None:
    """The client went away between commands."""
    if session.tls_failed:
        log_close(session, "closed by EOF")
        run_notquit(session, "tls-failed")
        session.closed = True
        return
    incomplete(session, "connection lost")
    scope = session.scope
    run_notquit(session, "connection-lost", b"421", session.host_name + b" lost input connection")
    if scope.message.sender is not None and logline.selected(session.scope, "lost_incoming_connection"):
        who = logline.host_and_ident(scope, flag=False)
        what = "disconnection" if scope.connection.host_address else "EOF"
        session.log("main", line=f"unexpected {what} while reading SMTP command from {who} D={session.duration()}")
    elif scope.message.sender is None:
        log_close(session, f"lost D={session.duration()}")
    session.closed = True


def log_close(session: Session, how: str) -> None:
    """The line about the end of a connection, which only some want; `how` is what happened to it."""
    if logline.selected(session.scope, "smtp_connection") and not session.hosts.unlogged:
        who = logline.host_and_ident(session.scope, flag=False)
        session.log("main", line=f"SMTP connection from {who} {how}")


def incomplete(session: Session, what: str) -> None:
    """The line about a message that was begun and not finished, which only some want."""
    message = session.scope.message
    if message.sender is None or not logline.selected(session.scope, "smtp_incomplete_transaction"):
        return
    who = logline.host_and_ident(session.scope)
    sender = taint(message.sender).decode("latin-1")
    recipients = b"".join(b" " + one for one in message.recipients).decode("latin-1")
    line = f"{who} incomplete transaction ({what}) from <{sender}>" + (f" for{recipients}" if recipients else "")
    session.log("main", "reject", line=line)
