"""The beginning of a conversation: is this client welcome at all, and the banner (specification chapter 14, "smtp_banner")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.errors import ExpansionError, ForcedFailure
from exim_lang.expand.engine import expand
from exim_lang.expand.host_name import look_up_host_name
from exim_lang.lists.options import primary_hostname
from exim_lang.records import dataclass
from exim_lang.smtp import ending, logline, pacing, proxy, rejection
from exim_lang.smtp.hostlists import expanded_number, host_in
from exim_lang.smtp.replies import format_reply

if TYPE_CHECKING:
    from exim_lang.smtp.session import Session

DEFAULT_BANNER = "$smtp_active_hostname ESMTP Exim $version_number $tod_full"


@dataclass(slots=True)
class HostChecks:
    """What the host lists say of the client, looked up once when it connects."""

    unlogged: bool = False
    unqualified_senders: bool = False
    unqualified_recipients: bool = False
    helo_verify: bool = False
    helo_try_verify: bool = False
    helo_junk: bool = False
    early_pipelining: bool = False


def greet(session: Session) -> None:
    """Checks the client and sends the banner; or refuses, and closes the session."""
    name = active_host_name(session)
    if name is None:
        close_down(session, b"Temporary local problem - please try later")
        return
    session.scope.connection.active_hostname = name
    if not expand_limits(session) or not check_host_lists(session):
        return
    option = proxy.required(session)
    if option and host_in(session, option) is True:
        session.scope.connection.proxy = True
        session.await_proxy()
        return
    welcome(session)


def proxied(session: Session, header: proxy.Header) -> None:
    """The header of a proxy is there, or will not come: the client behind it is greeted."""
    proxy.apply(session, header)
    if header.kind == "bad":
        session.note(f"Proxy Protocol: bad header: {header.reason}")
    welcome(session)


def welcome(session: Session) -> None:
    """Runs the CONNECT ACL and sends the banner."""
    verdict = session.run_acl("CONNECT", "acl_smtp_connect")
    if verdict is not None and verdict.verdict != "accept":
        rejection.refuse(session, "CONNECT", verdict, subject=session.scope.connection.host_address)
        session.closed = True
        return
    session.hosts.early_pipelining = host_in(session, "pipelining_connect_advertise_hosts") is True
    if not session.hosts.early_pipelining and session.waiting and pacing.enforced(session):
        pacing.too_soon_for_banner(session)
        return
    banner(session, verdict.user_message if verdict else None)
    session.decide("CONNECT", session.scope.connection.host_address, True, verdict)


def active_host_name(session: Session) -> bytes | None:
    """`smtp_active_hostname`, or else the primary host name; None when its expansion fails."""
    default = primary_hostname(session.scope)
    text = session.config.text("smtp_active_hostname")
    if text is None:
        return default
    try:
        return expand(text, session.scope) or default
    except ForcedFailure:
        return default
    except ExpansionError as error:
        line = f'failed to expand "{text}" (smtp_active_hostname): {error.message}'
        session.log("main", "panic", line=line)
        return None


def expand_limits(session: Session) -> bool:
    """Works out message_size_limit; a value that is no number refuses every client."""
    try:
        session.size_limit = expanded_number(session, "message_size_limit", 50 << 20)
        session.recipient_limit = expanded_number(session, "recipients_max", 50000)
    except ExpansionError as error:
        verb = "invalid" if error.message.startswith("invalid integer") else "unable to expand"
        session.log("main", "panic", line=f"{verb} message_size_limit: {error.message}")
        close_down(session, b"Temporary local problem - please try later")
        return False
    return True


def close_down(session: Session, message: bytes) -> None:
    """Refuses the connection for now."""
    session.say(b"421 " + message)
    session.decide("CONNECT", session.scope.connection.host_address, False, reason=message.decode("latin-1"))
    session.closed = True


def check_host_lists(session: Session) -> bool:
    """The lists that Exim checks for every client, in its order; False when the client was refused."""
    hosts = session.hosts
    hosts.unlogged = host_in(session, "hosts_connection_nolog") is True
    if logline.selected(session.scope, "smtp_connection") and not hosts.unlogged:
        who = logline.host_and_ident(session.scope, flag=False)
        session.log("main", line=f"SMTP connection from {who}")
    if host_in(session, "host_lookup") is True and session.scope.connection.host_name is None:
        look_up_host_name(session.scope)
    if host_in(session, "host_reject_connection") is True:
        refuse_connection(session)
        return False
    hosts.unqualified_senders = host_in(session, "sender_unqualified_hosts") is True
    hosts.unqualified_recipients = host_in(session, "recipient_unqualified_hosts") is True
    hosts.helo_verify = host_in(session, "helo_verify_hosts") is True
    hosts.helo_try_verify = not hosts.helo_verify and host_in(session, "helo_try_verify_hosts") is True
    hosts.helo_junk = host_in(session, "helo_accept_junk_hosts") is True
    return True


def refuse_connection(session: Session) -> None:
    """`host_reject_connection`."""
    if logline.selected(session.scope, "connection_reject"):
        who = logline.host_and_ident(session.scope)
        session.log("main", "reject", line=f"refused connection from {who} (host_reject_connection)")
    session.say(b"554 SMTP service not available")
    session.decide("CONNECT", session.scope.connection.host_address, False, reason="host_reject_connection")
    session.closed = True


def banner(session: Session, custom: bytes | None) -> None:
    """The first reply: the message of the CONNECT ACL, or else smtp_banner."""
    code, extended = b"220", b""
    if custom is not None:
        code, extended, text = session.own_code(code, custom)
    else:
        option = session.config.text("smtp_banner")
        try:
            text = expand(DEFAULT_BANNER if option is None else option, session.scope)
        except ExpansionError as error:
            line = f'Expansion of "{option or DEFAULT_BANNER}" (smtp_banner) failed: {error.message}'
            session.log("main", "panic", line=line)
            ending.log_close(session, "closed by failure")
            session.closed = True
            return
    session.send(format_banner(code, text.rstrip(b" \t\r\n\v\f"), extended))


def format_banner(code: bytes, text: bytes, extended: bytes = b"") -> bytes:
    """The banner's lines; unlike in other replies, white space at the start of a line stays."""
    lines = text.split(b"\n")
    first = b"".join(code + b"-" + extended + line + b"\r\n" for line in lines[:-1])
    return first + format_reply(code, lines[-1], extended=extended)
