"""The commands that need few words: RSET, NOOP, HELP, QUIT, and what is only offered elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.smtp import ending, rejection
from exim_lang.smtp.hostlists import host_in

if TYPE_CHECKING:
    from exim_lang.smtp.session import Session


def rset(session: Session, _: bytes) -> None:
    """RSET: forgets the message under way."""
    ending.incomplete(session, "RSET")
    session.reset()
    session.say(b"250 Reset OK")
    session.uncounted.discard("RSET")


def noop(session: Session, _: bytes) -> None:
    """NOOP: does nothing."""
    session.say(b"250 OK")


def quit_(session: Session, _: bytes) -> None:
    """QUIT: the end."""
    ending.quit_session(session)


def help_(session: Session, _: bytes) -> None:
    """HELP: the names of the commands, whatever help was asked for."""
    words = [b"AUTH"]
    if not session.scope.connection.tls_in.active and host_in(session, "tls_advertise_hosts") is not False:
        words.append(b"STARTTLS")
    words += [b"HELO", b"EHLO", b"MAIL", b"RCPT", b"DATA", b"BDAT", b"NOOP", b"QUIT", b"RSET", b"HELP"]
    for word, option in ((b"ETRN", "acl_smtp_etrn"), (b"EXPN", "acl_smtp_expn"), (b"VRFY", "acl_smtp_vrfy")):
        if session.config.text(option) is not None:
            words.append(word)
    if session.advertised.xclient:
        words.append(b"XCLIENT")
    session.say(b"214-Commands supported:\r\n214 " + b" ".join(words))


def xclient(session: Session, _: bytes) -> None:
    """XCLIENT: another host says who the client really is."""
    if not session.advertised.xclient:
        session.protocol_error(b"501", b"XCLIENT command used when not advertised")
        return
    session.unsupported("XCLIENT")


def wellknown(session: Session, data: bytes) -> None:
    """WELLKNOWN: hands out a document that the ACL names."""
    if not session.advertised.wellknown:
        session.protocol_error(b"501", b"WELLKNOWN command used when not advertised")
        return
    verdict = session.run_acl("WELLKNOWN", "acl_smtp_wellknown")
    if verdict is None or verdict.verdict != "accept":
        rejection.refuse(session, "WELLKNOWN", verdict, subject=data)
        return
    session.unsupported("WELLKNOWN")
