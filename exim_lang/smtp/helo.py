"""HELO and EHLO: the name the client says, its verification, and the reply (specification chapters 14 and 49.3)."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from exim_lang.acl.helo import verify_helo
from exim_lang.errors import Deferred
from exim_lang.expand.host_name import look_up_host_name
from exim_lang.expand.options import option
from exim_lang.lists.match import check_list
from exim_lang.smtp import logline, rejection
from exim_lang.smtp.ehlo import advertise
from exim_lang.smtp.hostlists import message_limit
from exim_lang.smtp.replies import printed
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.smtp.session import Session

_PLAIN = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"


def helo(session: Session, argument: bytes) -> None:
    """HELO."""
    greet(session, "HELO", argument)


def ehlo(session: Session, argument: bytes) -> None:
    """EHLO."""
    greet(session, "EHLO", argument)


def greet(session: Session, word: str, argument: bytes) -> None:
    """Checks the name, runs acl_smtp_helo, and answers with what is on offer."""
    scope = session.scope
    connection = scope.connection
    session.esmtp = word == "EHLO"
    session.uncounted -= {"HELO", "EHLO"}
    if not (session.hosts.helo_junk or valid_name(argument, helo_allow_chars(session))):
        # Log lines still know the client by its former name.
        refuse_syntax(session, word, argument)
        connection.helo_name = None
        return
    connection.helo_name = taint(argument)
    if connection.host_address and not check_name(session, word):
        return
    verdict = session.run_acl("HELO", "acl_smtp_helo")
    if verdict is not None and verdict.verdict != "accept":
        rejection.refuse(session, "HELO", verdict, subject=argument)
        connection.helo_name = None
        return
    session.mail_limit = message_limit(session)
    code, extended, first = greeting(session, verdict.user_message if verdict else None)
    if session.esmtp:
        lines = [first, *advertise(session)]
        session.send(b"".join(code + b"-" + line + b"\r\n" for line in lines[:-1]) + code + b" " + lines[-1] + b"\r\n")
    else:
        session.send(code + b" " + extended + first + b"\r\n")
    session.helo_seen = True
    connection.is_esmtp = session.esmtp
    connection.received_protocol = protocol(session)
    session.reset()
    session.decide("HELO", argument, True, verdict)


def helo_allow_chars(session: Session) -> bytes:
    """The characters that helo_allow_chars allows besides."""
    return option(session.scope, "helo_allow_chars")


def valid_name(name: bytes, extra: bytes = b"") -> bool:
    """Whether a HELO argument is a plausible host name or address literal; `extra` are further characters allowed in names."""
    if name.startswith(b"["):
        if not name.endswith(b"]") or len(name) < 2:
            return False
        inner, wanted = name[1:-1], 0
        for prefix, version in ((b"ipv6:", 6), (b"ipv4:", 4)):
            if inner.lower().startswith(prefix):
                inner, wanted = inner[5:], version
        try:
            version = ipaddress.ip_address(inner.decode("latin-1")).version
        except ValueError:
            return False
        return wanted in (0, version)
    return bool(name) and not name.translate(None, _PLAIN + extra)


def refuse_syntax(session: Session, word: str, argument: bytes) -> None:
    session.say(f"501 Syntactically invalid {word} argument(s)".encode())
    given = printed(session.scope.connection.command_argument) or "(no argument given)"
    who = logline.host_and_ident(session.scope, flag=False)
    session.log("main", "reject", line=f"rejected {word} from {who}: syntactically invalid argument(s): {given}")
    session.decide("HELO", argument, False, reason=f"Syntactically invalid {word} argument(s)")
    session.count_syntax_error()


def check_name(session: Session, word: str) -> bool:
    """Looks up and verifies the name as far as the configuration asks for it; False when the client was refused."""
    scope = session.scope
    connection = scope.connection
    name = connection.helo_name or b""
    if not connection.host_name and needs_lookup(session, name):
        look_up_host_name(scope)
    before, connection.helo_verified = connection.helo_verified, False
    connection.helo_verify_failed = False
    if not (session.hosts.helo_verify or session.hosts.helo_try_verify):
        return True
    temporary = not verify_helo(scope)
    if connection.helo_verified:
        return True
    if session.hosts.helo_verify:
        code = "451" if temporary else "550"
        session.say(f"{code} {word} argument does not match calling host".encode())
        who = logline.host_and_ident(scope, flag=False)
        temporarily = "temporarily " if temporary else ""
        line = f'{temporarily}rejected "{word} {name.decode("latin-1")}" from {who}'
        session.log("main", "reject", line=line)
        session.decide("HELO", name, False, reason="helo_verify_hosts")
        connection.helo_verified = before
        return False
    if scope.debug is not None:
        scope.debug(f"{word} verification failed but host is in helo_try_verify_hosts")
    return True


def needs_lookup(session: Session, name: bytes) -> bool:
    """Whether helo_lookup_domains asks for the client's real name."""
    text = session.config.text("helo_lookup_domains")
    try:
        return check_list(session.scope, "domain", name, text, option="helo_lookup_domains", numeric=False) is not None
    except Deferred:
        return False


def greeting(session: Session, custom: bytes | None) -> tuple[bytes, bytes, bytes]:
    """Code, extended code and text of the first line of the reply."""
    connection = session.scope.connection
    if custom is None:
        ident = connection.ident + b" at " if connection.ident else b""
        text = session.host_name + b" Hello " + ident + (connection.host_name or connection.helo_name or b"")
        return b"250", b"", text + (b" [" + connection.host_address + b"]" if connection.host_address else b"")
    code, extended, text = session.own_code(b"250", custom)
    cut = min((text.find(end) for end in (b"\r", b"\n") if end in text), default=-1)
    if cut != -1:
        whole = printed(code + b" " + extended + text)
        line = f"EHLO/HELO response must not contain newlines: message truncated: {whole}"
        session.log("main", "panic", line=line)
        text = text[:cut]
    return code, extended, text


def protocol(session: Session) -> bytes:
    """`$received_protocol`: smtp, esmtp, esmtps, esmtpsa, ... and local-... for a client without an address."""
    connection = session.scope.connection
    name = b"esmtp" if session.esmtp else b"smtp"
    if connection.tls_in.active:
        name += b"s"
    if session.esmtp and connection.authenticated_by:
        name += b"a"
    return name if connection.host_address else b"local-" + name
