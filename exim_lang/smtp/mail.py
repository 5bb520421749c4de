"""MAIL: the sender and its parameters (specification chapters 44 and 49)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from exim_lang.expand.addresses import AddressError, parse_address
from exim_lang.expand.engine import expand_condition
from exim_lang.smtp import logline, rejection
from exim_lang.smtp.envelope import address_options, qualify, rewritten
from exim_lang.smtp.hostlists import host_in, message_limit
from exim_lang.smtp.parameters import decode_xtext, last_parameter, put_back
from exim_lang.smtp.ratelimit import slow_down
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.smtp.session import Session

INT_MAX = 2**31 - 1


def mail(session: Session, data: bytes) -> None:
    """MAIL FROM: `data` is what stands behind the colon."""
    session.mail_count += 1
    session.mail_rejected = True
    if not in_order(session, data):
        return
    session.reset()
    scope = session.scope
    given = parameters(session, data) if session.esmtp else data
    if given is None:
        return
    slow_down(session, "smtp_ratelimit_mail", session.mail_count)
    try:
        parsed = parse_address(
            rewritten(session, given), allow_null=True, **address_options(session, scope.message.smtputf8)
        )
    except AddressError as error:
        session.protocol_error(b"501", error.message.encode("latin-1"), data=given, kind="syntax")
        return
    sender: bytes = taint(parsed.address)
    scope.message.sender = sender
    if not fits(session, sender):
        return
    if not parsed.domain and sender:
        if not session.hosts.unqualified_senders:
            refuse_unqualified(session, given, sender)
            return
        scope.message.sender = sender = qualify(session, sender, "qualify_domain")
    verdict = session.run_acl("MAIL", "acl_smtp_mail")
    if verdict is not None and verdict.verdict not in ("accept", "discard"):
        rejection.refuse(session, "MAIL", verdict, subject=sender, argument=given)
        scope.message.sender = None
        return
    requested = b", PRDR Requested" if session.transaction.prdr else b""
    if verdict is not None and verdict.user_message is not None:
        session.respond_custom(b"250", verdict.user_message + requested)
    else:
        session.say(b"250 OK" + requested)
    if verdict is not None and verdict.verdict == "discard":
        session.transaction.discarded = True
        session.transaction.discard_log = verdict.log_message
    session.mail_rejected = False
    session.decide("MAIL", sender, True, verdict)


def in_order(session: Session, data: bytes) -> bool:
    """Whether a MAIL command may come now; else the client has been told."""
    if not session.helo_seen:
        if session.hosts.helo_verify or host_in(session, "hosts_require_helo") is True:
            who = logline.host_and_ident(session.scope, flag=False)
            session.log("main", "reject", line=f"rejected MAIL from {who}: no HELO/EHLO given")
            if session.config.dialect.version >= (4, 97):
                session.protocol_error(b"503", b"HELO or EHLO required")
            else:
                session.say(b"503 HELO or EHLO required")
                session.decide("MAIL", data, False, reason="HELO or EHLO required")
            return False
        if session.mail_limit is None:
            session.mail_limit = message_limit(session)
    if session.scope.message.sender is not None:
        session.protocol_error(b"503", b"sender already given")
        return False
    if not data:
        session.protocol_error(b"501", b"MAIL must have an address operand")
        return False
    if session.mail_limit and session.mail_count > session.mail_limit:
        session.say(b"421 too many messages in this connection")
        who = logline.host_and_ident(session.scope)
        line = f"rejected MAIL command {who}: too many messages in one connection"
        session.log("main", "reject", line=line)
        session.decide("MAIL", data, False, reason="too many messages in this connection")
        return False
    return True


def parameters(session: Session, data: bytes) -> bytes | None:
    """Takes the parameters off the end of `data`; None when one of them was refused."""
    while (found := last_parameter(data)) is not None:
        before, name, value = found
        handler = PARAMETERS.get(name.upper())
        if handler is None:
            return put_back(before, name, value)
        if not value and name.upper() not in WITHOUT_VALUE:
            return before
        taken = handler(session, value)
        if taken is None:
            return None
        if not taken:
            return before
        data = before
    return data


def size(session: Session, value: bytes) -> bool:
    if not value.isdigit():
        return False
    session.scope.message.declared_size = min(int(value[:20]), INT_MAX)
    session.scope.message.size = session.scope.message.declared_size
    return True


def body(session: Session, value: bytes) -> bool | None:
    if not session.option("accept_8bitmime"):
        return False
    kinds = {b"8BITMIME": 8, b"7BIT": 7}
    session.transaction.body = kinds.get(value.upper(), 0)
    if not session.transaction.body:
        session.protocol_error(b"501", b"invalid data for BODY", kind="syntax")
        return None
    return True


def ret(session: Session, value: bytes) -> bool | None:
    if not session.advertised.dsn:
        return True
    message = session.scope.message
    if message.dsn_ret:
        session.protocol_error(b"501", b"RET can be specified once only", kind="syntax")
        return None
    message.dsn_ret = {b"HDRS": 2, b"FULL": 1}.get(value.upper(), 0)
    if not message.dsn_ret:
        session.protocol_error(b"501", b"Value for RET is invalid", kind="syntax")
        return None
    return True


def envid(session: Session, value: bytes) -> bool | None:
    if not session.advertised.dsn:
        return True
    if session.scope.message.dsn_envid:
        session.protocol_error(b"501", b"ENVID can be specified once only", kind="syntax")
        return None
    session.scope.message.dsn_envid = taint(value)
    return True


def auth(session: Session, value: bytes) -> bool | None:
    """AUTH=: who the client says the sender is; believed when the MAILAUTH ACL, or else being authenticated, allows."""
    scope = session.scope
    if value == b"<>":
        return True
    decoded = decode_xtext(value)
    if decoded is None:
        session.protocol_error(b"501", b"invalid data for AUTH", kind="syntax")
        return None
    scope.message.authenticated_sender = taint(decoded)
    verdict = session.run_acl("MAILAUTH", "acl_smtp_mailauth")
    if verdict is None:
        believed, why = bool(scope.connection.authenticated_by), "client not authenticated"
    else:
        believed, why = verdict.verdict == "accept", "rejected by ACL"
        if not believed and verdict.verdict not in ("deny", "drop"):
            rejection.refuse(session, "MAILAUTH", verdict, subject=value)
            return None
        session.decide("MAILAUTH", value, believed, verdict)
    if believed:
        name = scope.connection.authenticated_by.decode("latin-1")
        driver = next((one for one in session.config.authenticators if one.name == name), None)
        condition = driver.text("server_mail_auth_condition") if driver else None
        if condition is None or expand_condition(condition, scope):
            return True
        why = "server_mail_auth_condition failed"
        if scope.connection.authenticated_id:
            why += f': authenticated ID="{scope.connection.authenticated_id.decode("latin-1")}"'
    scope.message.authenticated_sender = b""
    who = logline.host_and_ident(scope)
    session.log("main", line=f"ignoring AUTH={value.decode('latin-1')} from {who} ({why})")
    return True


def prdr(session: Session, _: bytes) -> bool:
    if session.option("prdr_enable"):
        session.transaction.prdr = session.scope.message.prdr_requested = True
    return True


def smtputf8(session: Session, _: bytes) -> bool | None:
    if not session.advertised.smtputf8:
        session.protocol_error(b"501", b"SMTPUTF8 used when not advertised", kind="syntax")
        return None
    session.scope.message.smtputf8 = True
    protocol = session.scope.connection.received_protocol
    if not protocol.startswith(b"utf8"):
        session.scope.connection.received_protocol = b"utf8" + protocol
    return True


WITHOUT_VALUE = frozenset({b"PRDR", b"SMTPUTF8"})
PARAMETERS: dict[bytes, Callable[[Session, bytes], bool | None]] = {
    b"SIZE": size,
    b"BODY": body,
    b"AUTH": auth,
    b"RET": ret,
    b"ENVID": envid,
    b"PRDR": prdr,
    b"SMTPUTF8": smtputf8,
}
"""What each parameter does: True for taken, False for "ignore it and all before it", None for refused."""


def fits(session: Session, sender: bytes) -> bool:
    """Checks SIZE= against message_size_limit."""
    declared = session.scope.message.declared_size or 0
    if not 0 < session.size_limit < declared:
        return True
    session.say(b"552 Message size exceeds maximum permitted")
    if logline.selected(session.scope, "size_reject"):
        who = logline.host_and_ident(session.scope)
        more = ">" if declared == INT_MAX else ""
        session.log(
            "main",
            "reject",
            line=f"rejected MAIL FROM:<{sender.decode('latin-1')}> {who}: message too big: "
            f"size{more}={declared} max={session.size_limit}",
        )
    session.decide("MAIL", sender, False, reason="Message size exceeds maximum permitted")
    session.scope.message.sender = None
    return False


def refuse_unqualified(session: Session, data: bytes, sender: bytes) -> None:
    session.say(b"501 " + data + b": sender address must contain a domain")
    if logline.selected(session.scope, "smtp_syntax_error"):
        who = logline.host_and_ident(session.scope)
        session.log("main", "reject", line=f"unqualified sender rejected: <{sender.decode('latin-1')}> {who}")
    session.decide("MAIL", sender, False, reason="sender address must contain a domain")
    session.scope.message.sender = None
