"""The ACLs that see a whole message: DKIM, MIME, PRDR and DATA (specification chapter 44.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.acl.mbox import forget_mbox
from exim_lang.expand.header_changes import apply_changes
from exim_lang.records import dataclass
from exim_lang.smtp import rejection
from exim_lang.smtp.dkim import run_dkim
from exim_lang.smtp.envelope import split_address
from exim_lang.smtp.mime import run_mime

if TYPE_CHECKING:
    from exim_lang.smtp.session import Session


@dataclass(frozen=True, slots=True)
class Accepted:
    """The message may stay; `message` is what the DATA ACL wants said, `reply` what PRDR wants said."""

    message: bytes | None = None
    reply: bytes = b""


def run_data_acls(session: Session) -> Accepted | None:
    """Runs the ACLs for a message that is complete; None when one of them refused it, which the client has been told."""
    try:
        return _run_data_acls(session)
    finally:
        forget_mbox(session.scope)


def _run_data_acls(session: Session) -> Accepted | None:
    message = session.scope.message
    if not message.recipients:
        return Accepted()
    if not run_dkim(session) or not run_mime(session):
        return None
    if not message.recipients:
        return Accepted()
    reply = b""
    if session.transaction.prdr:
        if len(message.recipients) > 1 and session.config.text("acl_smtp_data_prdr") is not None:
            reply = run_prdr(session)
            if not message.recipients:
                session.say(reply)
                return None
        else:
            session.transaction.prdr = False
    verdict = session.run_acl("DATA", "acl_smtp_data")
    apply_changes(message)
    if verdict is None:
        session.decide("DATA", b"", True, reason="no ACL")
        return Accepted(reply=reply)
    if verdict.verdict == "discard":
        discard_all(session, verdict.log_message)
        session.decide("DATA", b"", True, verdict, "discarded by DATA ACL")
        return Accepted(verdict.user_message, reply)
    if verdict.verdict != "accept":
        rejection.refuse(session, "DATA", verdict)
        return None
    session.decide("DATA", b"", True, verdict)
    return Accepted(verdict.user_message, reply)


def discard_all(session: Session, log_message: bytes | None) -> None:
    """The DATA ACL takes the message, which is delivered to nobody; `log_message` goes into the log line about that."""
    detail = "" if log_message is None else ": " + log_message.decode("latin-1")
    session.transaction.blackholed = "(DATA ACL discarded recipients)" + detail
    session.scope.message.recipients.clear()
    session.transaction.recipients.clear()


def run_prdr(session: Session) -> bytes:
    """Per-recipient responses; returns the reply for the whole message."""
    scope = session.scope
    message = scope.message
    session.say(b"353 PRDR content analysis beginning")
    outcomes = []
    for address in list(message.recipients):
        scope.address = split_address(session, address)
        verdict = session.run_acl("PRDR", "acl_smtp_data_prdr")
        scope.address = None
        outcome = "deny" if verdict is None else verdict.verdict
        outcomes.append(outcome)
        accepted = outcome in ("accept", "discard")
        if accepted:
            code, word = b"250", b"acceptance"
        elif outcome == "defer":
            code, word = b"450", b"temporary refusal"
        else:
            code, word = b"550", b"refusal"
        custom = verdict.user_message if verdict else None
        session.respond_custom(code, b"PRDR R=<%s> %s" % (address, word) if custom is None else custom)
        logged = verdict.log_message if verdict and verdict.log_message is not None else custom
        detail = b"PRDR R=<%s> %s" % (address, word) if logged is None else b"PRDR %s %s" % (address, logged)
        session.log("main", line=detail.decode("latin-1"))
        session.decide("PRDR", address, accepted, verdict)
        if outcome != "accept":
            message.recipients.remove(address)
    if all(outcome in ("deny", "drop") for outcome in outcomes):
        return b"550 id=%s message rejected for all recipients" % message.id
    every = all(outcome == "accept" for outcome in outcomes)
    return b"250 id=%s message %s" % (message.id, b"accepted" if every else b"accepted for some recipients")
