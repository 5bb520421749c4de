"""RCPT: one recipient and its delivery status options (specification chapters 44 and 49)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.expand.addresses import AddressError, parse_address
from exim_lang.smtp import logline, rejection
from exim_lang.smtp.envelope import address_options, qualify_recipient, rewritten, split_address
from exim_lang.smtp.parameters import last_parameter, put_back
from exim_lang.smtp.ratelimit import slow_down
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.acl.verdict import Verdict
    from exim_lang.smtp.session import Session
    from exim_lang.smtp.transaction import Recipient

NOTIFICATIONS = frozenset({b"SUCCESS", b"FAILURE", b"DELAY"})


def rcpt(session: Session, data: bytes) -> None:
    """RCPT TO: `data` is what stands behind the colon."""
    session.transaction.rcpt_count += 1
    session.last_was_rcpt = session.rcpt_in_progress = True
    try:
        one_recipient(session, data)
    finally:
        session.rcpt_in_progress = False


def one_recipient(session: Session, data: bytes) -> None:
    message = session.scope.message
    if message.sender is None:
        refuse_without_sender(session)
        return
    if not data:
        session.protocol_error(b"501", b"RCPT must have an address operand", kind="syntax")
        message.recipients_failed += 1
        return
    recipient = session.new_recipient()
    given = parameters(session, data, recipient) if session.esmtp else data
    if given is None:
        return
    slow_down(session, "smtp_ratelimit_rcpt", session.transaction.rcpt_count)
    try:
        parsed = parse_address(rewritten(session, given), **address_options(session, message.smtputf8))
    except AddressError as error:
        session.protocol_error(b"501", error.message.encode("latin-1"), data=given, kind="syntax")
        message.recipients_failed += 1
        return
    address: bytes | None = taint(parsed.address)
    if not parsed.domain:
        address = qualify_recipient(session, parsed.address, given, "recipient")
    if address is None:
        message.recipients_failed += 1
        return
    if 0 < session.recipient_limit < session.transaction.rcpt_count:
        too_many(session, address)
        return
    recipient.address = address
    message.recipients_total = session.transaction.rcpt_count
    check(session, recipient, given)


def refuse_without_sender(session: Session) -> None:
    """No sender yet; a client that pipelined behind a refused MAIL does not get an error counted."""
    if session.advertised.pipelining and session.last_mail_rejected:
        session.say(b"503 sender not yet given")
        session.mail_rejected = True
    else:
        session.protocol_error(b"503", b"sender not yet given")
        session.last_was_rcpt = False
    session.scope.message.recipients_failed += 1


def parameters(session: Session, data: bytes, recipient: Recipient) -> bytes | None:
    """Takes ORCPT and NOTIFY off the end of `data`; None when one of them was refused."""
    while (found := last_parameter(data)) is not None:
        before, name, value = found
        match name.upper():
            case b"ORCPT" if session.advertised.dsn:
                if recipient.original:
                    session.protocol_error(b"501", b"ORCPT can be specified once only", kind="syntax")
                    return None
                recipient.original = taint(value)
            case b"NOTIFY" if session.advertised.dsn:
                if recipient.notify:
                    session.protocol_error(b"501", b"NOTIFY can be specified once only", kind="syntax")
                    return None
                wanted = value.upper().removesuffix(b",").split(b",")
                if wanted != [b"NEVER"] and not NOTIFICATIONS.issuperset(wanted):
                    session.protocol_error(b"501", b"Invalid value for NOTIFY parameter", kind="syntax")
                    return None
                recipient.notify = frozenset(word.decode() for word in wanted)
            case _:
                return put_back(before, name, value, b"=")
        data = before
    return data


def too_many(session: Session, address: bytes) -> None:
    """recipients_max is exceeded."""
    message = session.scope.message
    sender = (message.sender or b"").decode("latin-1")
    who = logline.host_and_ident(session.scope)
    if session.option("recipients_max_reject"):
        message.recipients_failed += 1
        session.say(b"552 too many recipients")
        line = f"too many recipients: message rejected: sender=<{sender}> {who}"
    else:
        message.recipients_deferred += 1
        session.say(b"452 too many recipients")
        line = f"too many recipients: excess temporarily rejected: sender=<{sender}> {who}"
    if not session.transaction.too_many:
        session.log("main", "reject", line=line)
    session.transaction.too_many = True
    session.decide("RCPT", address, False, reason="recipients_max")


def check(session: Session, recipient: Recipient, given: bytes) -> None:
    """Runs the RCPT ACL, unless the MAIL ACL discarded everything; no ACL is a refusal.

    `given` is the address as it was sent.
    """
    scope = session.scope
    message = scope.message
    address = recipient.address
    verdict: Verdict | None = None
    if not session.transaction.discarded:
        scope.address = split_address(session, address)
        try:
            verdict = session.run_acl("RCPT", "acl_smtp_rcpt")
        finally:
            scope.address = None
    if session.transaction.discarded or (verdict is not None and verdict.verdict == "discard"):
        discard(session, address, verdict, given)
    elif verdict is not None and verdict.verdict == "accept":
        if verdict.user_message is not None:
            session.respond_custom(b"250", verdict.user_message)
        else:
            session.say(b"250 Accepted")
        session.transaction.recipients.append(recipient)
        message.recipients.append(address)
        session.decide("RCPT", address, True, verdict)
    else:
        if verdict is None or verdict.verdict in ("deny", "drop"):
            message.recipients_failed += 1
        else:
            message.recipients_deferred += 1
        rejection.refuse(session, "RCPT", verdict, subject=address, argument=given)


def discard(session: Session, address: bytes, verdict: Verdict | None, given: bytes) -> None:
    """Takes the recipient and forgets it."""
    scope = session.scope
    if verdict is not None and verdict.user_message is not None:
        session.respond_custom(b"250", verdict.user_message)
    else:
        session.say(b"250 Accepted")
    scope.message.recipients_failed += 1
    session.some_discarded = True
    by = "MAIL" if session.transaction.discarded else "RCPT"
    log_message = session.transaction.discard_log if verdict is None else verdict.log_message
    detail = "" if log_message is None else ": " + log_message.decode("latin-1")
    sender = (scope.message.sender or b"").decode("latin-1")
    who = logline.host_and_ident(scope)
    line = f"{who} F=<{sender}> RCPT {given.decode('latin-1')}: discarded by {by} ACL{detail}"
    session.log("main", "reject", line=line)
    session.decide("RCPT", address, True, verdict, f"discarded by {by} ACL")
