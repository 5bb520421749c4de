"""What the client and the logs are told when an ACL does not accept (specification chapter 44, "message", "log_message")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.smtp import ending, logline

if TYPE_CHECKING:
    from exim_lang.acl.verdict import Verdict
    from exim_lang.smtp.session import Session

DEFAULT_CODES = {
    "AUTH": b"503",
    "ETRN": b"458",
    "ATRN": b"450",
    "VRFY": b"252",
}
"""The code of a refusal by phase; 550 for all others."""

NAMES = {
    "CONNECT": "connection",
    "HELO": "EHLO or HELO",
    "MAILAUTH": "MAIL AUTH",
    "MIME": "during MIME ACL checks",
    "PREDATA": "DATA",
    "DATA": "after DATA",
    "PRDR": "after DATA PRDR",
}
"""What a refusal in a phase is called in log lines where that is not the name of the phase."""

VERIFICATION_TEXTS = {
    "": (b"Verification failed for", b""),
    "postmaster": (
        b"Postmaster verification failed while checking",
        (
            b"\nSeveral RFCs state that you are required to have a postmaster"
            b"\nmailbox for each mail domain. This host does not accept mail"
            b"\nfrom domains whose servers reject the postmaster address."
        ),
    ),
    "callback": (
        b"Callback setup failed while verifying",
        (
            b"\nThe initial connection, or a HELO or MAIL FROM:<> command was"
            b"\nrejected. Refusing MAIL FROM:<> does not help fight spam, disregards"
            b"\nRFC requirements, and stops you from receiving standard bounce"
            b"\nmessages. This host does not accept mail from domains whose servers"
            b"\nrefuse bounces."
        ),
    ),
}
"""What the client is told of a failed sender verification: in front of the address, and behind the reason."""

SHOWN = 100
"""Characters of a command's argument that log lines show."""

ADMINISTRATIVE = b"Administrative prohibition"
TEMPORARY = b"Temporary local problem - please try later"


def refuse(
    session: Session, where: str, verdict: Verdict | None, *, subject: bytes = b"", argument: bytes | None = None
) -> None:
    """Answers and logs a verdict other than accept and discard; `drop` ends the session. None is an ACL that is unset.

    `argument` is what the log line shows of the command, where that is not all that stands behind its word.
    """
    permanent = verdict is None or verdict.verdict in ("deny", "drop")
    user_message = verdict.user_message if verdict else None
    log_message = verdict.log_message if verdict else None
    code = DEFAULT_CODES.get(where, b"550") if permanent else b"451"
    extended = b""
    if user_message is not None:
        same = log_message == user_message
        own, extended, rest = session.own_code(code, user_message, check=where != "VRFY")
        # The log keeps the code as it was written, except one of the wrong class.
        if same and rest != user_message and own != user_message[:3]:
            log_message = own + b" " + rest
        code, user_message = own, rest
    tell_sender_verification(session, code, extended, permanent)
    if permanent:
        session.respond(code, ADMINISTRATIVE if user_message is None else user_message, extended=extended)
    elif verdict and verdict.temporary_details and user_message is not None:
        failed = session.scope.message.sender_verify_failed
        if failed is not None and failed.message and session.option("smtp_return_error_details"):
            session.respond(code, failed.message, extended=extended, final=False)
        session.respond(code, user_message, extended=extended)
    else:
        session.respond(code, TEMPORARY, extended=extended)
    shown = session.scope.connection.command_argument if argument is None else argument
    write_line(session, where, verdict, permanent, log_message, shown)
    session.decide(where, subject, False, verdict, "" if verdict else "no ACL")
    if verdict and verdict.verdict == "drop":
        ending.log_close(session, "closed by DROP in ACL")
        ending.run_notquit(session, "acl-drop")
        session.closed = True


def write_line(
    session: Session, where: str, verdict: Verdict | None, permanent: bool, log_message: bytes | None, argument: bytes
) -> None:
    """The log line of a refusal."""
    logs = verdict.reject_logs if verdict else ("main", "reject")
    if where == "CONNECT" and not logline.selected(session.scope, "connection_reject"):
        logs = ()
    if not logs:
        return
    scope = session.scope
    what = NAMES.get(where, where)
    if where == "CONNECT":
        what = 'connection in "connect" ACL'
    elif where not in ("PREDATA", "DATA", "MIME", "PRDR"):
        what += " " + argument[:SHOWN].decode("latin-1")
    sender = logline.sender_and_login(scope) if where in ("RCPT", "DATA", "MIME") else ""
    detail = "" if log_message is None else ": " + log_message.partition(b"\n")[0].decode("latin-1")
    temporarily = "" if permanent else "temporarily "
    who = logline.host_and_ident(scope) + logline.tls_details(scope)
    session.log(*logs, line=f"{who} {sender}{temporarily}rejected {what}{detail}")


def tell_sender_verification(session: Session, code: bytes, extended: bytes, permanent: bool) -> None:
    """Tells once, in front of the refusal, why verifying the sender failed."""
    failed = session.scope.message.sender_verify_failed
    if failed is None or failed.told:
        return
    in_progress, session.rcpt_in_progress = session.rcpt_in_progress, False
    failed.told = True
    address = failed.address.decode("latin-1")
    if not permanent or logline.selected(session.scope, "sender_verify_fail"):
        detail = "" if failed.message is None else ": " + failed.message.decode("latin-1")
        how = "defer" if failed.deferred else "fail"
        who = logline.host_and_ident(session.scope)
        session.log("main", "reject", line=f"{who} sender verify {how} for <{address}>{detail}")
    if permanent and failed.user_message is not None:
        opening, closing = VERIFICATION_TEXTS.get(failed.kind, VERIFICATION_TEXTS[""])
        text = b"%s <%s>\n%s%s" % (opening, failed.address, failed.user_message, closing)
        session.respond(code, text, extended=extended, final=False)
    session.rcpt_in_progress = in_progress
