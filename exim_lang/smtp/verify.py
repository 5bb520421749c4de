"""VRFY and EXPN: is this address deliverable, and what does it stand for? (specification chapter 49.7)"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.expand.addresses import AddressError, parse_address
from exim_lang.expand.verification import VerifyRequest
from exim_lang.smtp import logline, rejection
from exim_lang.smtp.envelope import address_options, qualify_recipient, split_address
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.smtp.session import Session


def vrfy(session: Session, data: bytes) -> None:
    """VRFY: answered by routing the address, when the ACL allows."""
    scope = session.scope
    try:
        parsed = parse_address(data, **address_options(session))
    except AddressError as error:
        session.say(b"501 " + error.message.encode("latin-1"))
        session.decide("VRFY", data, False, reason=error.message)
        return
    address: bytes | None = taint(parsed.address)
    if not parsed.domain:
        address = qualify_recipient(session, parsed.address, data, "verify")
    if address is None:
        return
    scope.address = split_address(session, address)
    verdict = session.run_acl("VRFY", "acl_smtp_vrfy")
    scope.address = None
    if verdict is None or verdict.verdict != "accept":
        rejection.refuse(session, "VRFY", verdict, subject=address)
        return
    outcome = scope.verify_address(scope, address, VerifyRequest())
    match outcome.status:
        case "ok":
            reply = b"250 <%s> is deliverable" % address
        case "defer" if outcome.user_message is not None:
            reply = b"451 <%s> %s" % (address, outcome.user_message)
        case "defer":
            reply = b"451 Cannot resolve <%s> at this time" % address
        case _:
            detail = outcome.user_message if outcome.user_message is not None else b"is not deliverable"
            reply = b"550 <%s> %s" % (address, detail)
            argument = scope.connection.command_argument.decode("latin-1")
            session.log("main", line=f"VRFY failed for {argument} {logline.host_and_ident(scope)}")
    session.say(reply)
    session.decide("VRFY", address, outcome.status == "ok", verdict)


def expn(session: Session, data: bytes) -> None:
    """EXPN: one level of what an address stands for, when the ACL allows."""
    scope = session.scope
    verdict = session.run_acl("EXPN", "acl_smtp_expn")
    if verdict is None or verdict.verdict != "accept":
        rejection.refuse(session, "EXPN", verdict, subject=data)
        return
    for line in scope.expand_address(scope, data):
        session.say(line)
    session.decide("EXPN", data, True, verdict)
