"""ETRN and ATRN: a client asks for its waiting mail (specification chapter 49.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.errors import ExpansionError
from exim_lang.expand.engine import expand
from exim_lang.expand.state import Address
from exim_lang.smtp import logline, rejection
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.smtp.session import Session


def etrn(session: Session, data: bytes) -> None:
    """ETRN: nothing is delivered here, so that a permitted one is only answered."""
    scope = session.scope
    if scope.message.sender is not None:
        session.protocol_error(b"503", b"ETRN is not permitted inside a transaction")
        return
    if logline.selected(session.scope, "etrn"):
        who = logline.host_and_ident(scope, flag=False)
        argument = scope.connection.command_argument.decode("latin-1")
        session.log("main", line=f"ETRN {argument} received from {who}")
    verdict = session.run_acl("ETRN", "acl_smtp_etrn")
    if verdict is None or verdict.verdict != "accept":
        rejection.refuse(session, "ETRN", verdict, subject=data)
        return
    command = session.config.text("smtp_etrn_command")
    if command is None and not data.startswith(b"#"):
        session.protocol_error(b"501", b"argument must begin with #", kind="syntax")
        return
    if command is not None and not can_expand(session, data):
        return
    if scope.debug is not None:
        scope.debug(f"ETRN command is: {'exim -R' if command is None else command}")
        scope.debug("ETRN command execution skipped")
    if verdict.user_message is not None:
        session.respond_custom(b"250", verdict.user_message)
    else:
        session.say(b"250 OK")
    session.decide("ETRN", data, True, verdict)


def can_expand(session: Session, data: bytes) -> bool:
    """Whether smtp_etrn_command expands; `$domain` is the argument of ETRN."""
    scope = session.scope
    command = session.config.text("smtp_etrn_command")
    assert command is not None
    before, scope.address = scope.address, Address(domain=taint(data))
    try:
        expand(command, scope)
    except ExpansionError as error:
        session.log("main", "panic", line=f"failed to set up ETRN command: {error.message}")
        session.say(b"458 Internal failure")
        session.decide("ETRN", data, False, reason=error.message)
        return False
    finally:
        scope.address = before
    return True


def atrn(session: Session, data: bytes) -> None:
    """ATRN: like ETRN, but the mail would come back over this connection (RFC 2645)."""
    if not session.advertised.atrn:
        session.protocol_error(b"502", b"ATRN command used when not advertised")
        return
    scope = session.scope
    if scope.message.sender is not None:
        session.protocol_error(b"503", b"ATRN is not permitted inside a transaction")
        return
    session.log("main", line=f"ATRN '{data.decode('latin-1')}' received from {logline.host_and_ident(scope, flag=False)}")
    verdict = session.run_acl("ATRN", "acl_smtp_atrn")
    if verdict is None or verdict.verdict != "accept":
        rejection.refuse(session, "ATRN", verdict, subject=data)
        return
    session.unsupported("ATRN")
