"""STARTTLS: the client may encrypt from here on (specification chapter 43). What the handshake yields is a stated fact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.records import replace
from exim_lang.smtp import ending, rejection
from exim_lang.smtp.helo import protocol
from exim_lang.smtp.mechanisms import by_certificate
from exim_lang.smtp.stapling import staple

if TYPE_CHECKING:
    from exim_lang.smtp.session import Session


def starttls(session: Session, _: bytes) -> None:
    """STARTTLS: runs the ACL, and forgets what the client said in clear text."""
    if not session.advertised.tls:
        session.protocol_error(b"503", b"STARTTLS command used when not advertised")
        return
    verdict = session.run_acl("STARTTLS", "acl_smtp_starttls")
    if verdict is not None and verdict.verdict != "accept":
        rejection.refuse(session, "STARTTLS", verdict)
        return
    session.uncounted.discard("STARTTLS")
    ending.incomplete(session, "STARTTLS")
    session.reset()
    if session.tls is None:
        session.say(b"454 TLS currently unavailable")
        session.decide("STARTTLS", b"", False, verdict, "no TLS")
        return
    session.say(b"220 TLS go ahead")
    if session.tls_fails:
        session.tls_failed = True
        session.decide("STARTTLS", b"", False, verdict, "the handshake fails")
        return
    connection = session.scope.connection
    connection.tls_in = replace(session.tls, active=True, ocsp=session.tls.ocsp or staple(session))
    connection.helo_name = None
    connection.helo_verified = connection.helo_verify_failed = False
    connection.authenticated_by = connection.authenticated_id = b""
    session.helo_seen = session.esmtp = False
    session.new_offer()
    session.uncounted |= {"HELO", "EHLO", "AUTH"}
    by_certificate(session)
    connection.received_protocol = protocol(session)
    session.decide("STARTTLS", b"", True, verdict)


def insecure(session: Session, quitting: bool) -> None:
    """A command behind a handshake that failed: only QUIT is taken."""
    if quitting:
        ending.quit_session(session)
    else:
        session.say(b"554 Security failure")
        session.decide("", session.command, False, reason="Security failure")
