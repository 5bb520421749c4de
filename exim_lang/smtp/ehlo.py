"""What the reply to EHLO offers, in Exim's order (specification chapter 14, the options `..._advertise_hosts`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.errors import ExpansionError
from exim_lang.expand.engine import expand, expand_condition
from exim_lang.smtp.hostlists import host_in

if TYPE_CHECKING:
    from exim_lang.model.config import Driver
    from exim_lang.smtp.session import Session


def advertise(session: Session) -> list[bytes]:
    """The lines behind the greeting; what they say is noted in `session.advertised`."""
    config = session.config
    offer = session.new_offer()
    lines = [b"SIZE %d" % session.size_limit if session.size_limit > 0 else b"SIZE"]
    if config.dialect.version >= (4, 98):
        lines += limits(session)
    if session.option("accept_8bitmime"):
        lines.append(b"8BITMIME")
    offer.dsn = host_in(session, "dsn_advertise_hosts") is not False
    if offer.dsn:
        lines.append(b"DSN")
    for word, acl in ((b"ETRN", "acl_smtp_etrn"), (b"VRFY", "acl_smtp_vrfy"), (b"EXPN", "acl_smtp_expn")):
        if config.text(acl) is not None:
            lines.append(word)
    offer.pipelining = "no_pipelining" not in session.scope.connection.controls and (
        host_in(session, "pipelining_advertise_hosts") is True
    )
    if offer.pipelining:
        lines.append(b"PIPELINING")
        if session.hosts.early_pipelining:
            lines.append(b"PIPECONNECT")
    names = authenticators(session)
    offer.auth = {driver.name for driver, _ in names}
    if names:
        lines.append(b"AUTH " + b" ".join(name for _, name in names))
    if offers_atrn(session):
        offer.atrn = True
        lines.append(b"ATRN")
    offer.chunking = host_in(session, "chunking_advertise_hosts") is not False
    if offer.chunking:
        lines.append(b"CHUNKING")
    if not session.scope.connection.tls_in.active and host_in(session, "tls_advertise_hosts") is not False:
        offer.tls = True
        lines.append(b"STARTTLS")
    if config.dialect.version >= (4, 97) and host_in(session, "hosts_xclient") is not False:
        offer.xclient = True
        lines.append(b"XCLIENT ADDR NAME PORT LOGIN DESTADDR DESTPORT")
    offer.prdr = bool(session.option("prdr_enable"))
    if offer.prdr:
        lines.append(b"PRDR")
    offer.smtputf8 = bool(session.option("accept_8bitmime")) and host_in(session, "smtputf8_advertise_hosts") is not False
    if offer.smtputf8:
        lines.append(b"SMTPUTF8")
    if config.dialect.version >= (4, 99) and host_in(session, "wellknown_advertise_hosts") is not False:
        offer.wellknown = True
        lines.append(b"WELLKNOWN")
    lines.append(b"HELP")
    return lines


def offers_atrn(session: Session) -> bool:
    """Whether acl_smtp_atrn names an ACL for this client, which must be known."""
    text = session.config.text("acl_smtp_atrn")
    if session.config.dialect.version < (4, 99) or text is None or not session.scope.connection.authenticated_by:
        return False
    try:
        return bool(expand(text, session.scope))
    except ExpansionError:
        return False


def limits(session: Session) -> list[bytes]:
    """RFC 9422: how many messages and recipients are taken."""
    wanted = {b"MAILMAX": session.mail_limit or 0, b"RCPTMAX": session.recipient_limit}
    words = [b"%s=%d" % (name, number) for name, number in wanted.items() if number > 0]
    if not words or host_in(session, "limits_advertise_hosts") is not True:
        return []
    return [b" ".join([b"LIMITS", *words])]


def authenticators(session: Session) -> list[tuple[Driver, bytes]]:
    """The authenticators on offer to this client, with their public names."""
    if not session.config.authenticators or session.scope.connection.authenticated_by:
        return []
    if host_in(session, "auth_advertise_hosts") is not True:
        return []
    found = []
    for driver in session.config.authenticators:
        condition = driver.text("server_advertise_condition")
        if is_server(driver) and (condition is None or expand_condition(condition, session.scope)):
            found.append((driver, public_name(driver)))
    return found


def is_server(driver: Driver) -> bool:
    """Whether an authenticator works for clients that connect here."""
    match driver.driver:
        case "cram_md5":
            return driver.text("server_secret") is not None
        case "plaintext":
            return driver.text("server_condition") is not None
        case "dovecot":
            return driver.text("server_socket") is not None
        case "spa":
            return driver.text("server_password") is not None
        case "tls":
            return False  # no mechanism of AUTH: it runs when TLS starts
        case "external":
            return driver.text("server_param1") is not None or driver.text("server_condition") is not None
        case _:
            return driver.text("server_condition") is not None


def public_name(driver: Driver) -> bytes:
    """The mechanism's name on the wire, in upper case; the driver instance's own name where none is given."""
    text = driver.text("public_name")
    return (driver.name.encode("latin-1") if text is None else text.encode()).upper()
