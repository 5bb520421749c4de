"""Envelope addresses as MAIL, RCPT and VRFY treat them: options of the parser, qualification, `$local_part` and `$domain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from exim_lang.expand.options import option
from exim_lang.expand.state import Address
from exim_lang.lists.match import check_list
from exim_lang.smtp import logline
from exim_lang.taint import like, taint

if TYPE_CHECKING:
    from exim_lang.smtp.session import Session


class AddressOptions(TypedDict):
    """The main options that the address parser needs to know."""

    allow_domain_literals: bool
    allow_utf8_domains: bool
    strip_trailing_dot: bool


def address_options(session: Session, utf8: bool = False) -> AddressOptions:
    """The main options for `parse_address`; a message with SMTPUTF8 may have UTF-8 domains."""
    known: dict[bool, AddressOptions] = session.config.memo.setdefault("smtp: address options", {})
    if utf8 not in known:
        known[utf8] = {
            "allow_domain_literals": bool(session.option("allow_domain_literals")),
            "allow_utf8_domains": utf8 or bool(session.option("allow_utf8_domains")),
            "strip_trailing_dot": bool(session.option("strip_trailing_dot")),
        }
    return known[utf8]


def rewritten(session: Session, data: bytes) -> bytes:
    """`data` after the rewriting rules for SMTP time (flag S), which see it before any syntax check."""
    if session.scope.rewrite_smtp is not None:
        return session.scope.rewrite_smtp(session.scope, data)
    if any("S" in rule.flags for rule in session.config.rewrite):
        session.unsupported("a rewriting rule with the flag S")
    return data


def qualify(session: Session, address: bytes, wanted: str) -> bytes:
    """The address with the domain of `wanted` (qualify_domain or qualify_recipient)."""
    return taint(address + b"@" + domain_of(session, wanted))


def domain_of(session: Session, wanted: str) -> bytes:
    """The value of qualify_domain or qualify_recipient (`wanted`), which default to each other and to the primary host name."""
    for name in dict.fromkeys((wanted, "qualify_domain", "primary_hostname")):
        value = option(session.scope, name)
        if value:
            return value
    return session.scope.world.host_name


def qualify_recipient(session: Session, address: bytes, data: bytes, what: str) -> bytes | None:
    """A recipient without a domain gets one, where the client may do so; postmaster always. None: refused, told, logged.

    `what` is the log's word for it: "recipient" or "verify".
    """
    if session.hosts.unqualified_recipients or address.lower() == b"postmaster":
        return qualify(session, address, "qualify_recipient")
    session.say(b"501 " + data + b": recipient address must contain a domain")
    if logline.selected(session.scope, "smtp_syntax_error"):
        who = logline.host_and_ident(session.scope)
        line = f"unqualified {what} rejected: <{address.decode('latin-1')}> {who}"
        session.log("main", "reject", line=line)
    session.decide("RCPT", address, False, reason="recipient address must contain a domain")
    return None


def split_address(session: Session, address: bytes) -> Address:
    """The address as `$local_part` and `$domain` show it: lower case, the local part without its quotes.

    The percent hack (percent_hack_domains) turns `user%there@here` into `user@there`.
    """
    local_part, _, domain = address.rpartition(b"@")
    local_part, domain = unquote(local_part), domain.lower()
    text = session.config.text("percent_hack_domains")
    while text is not None:
        here = check_list(session.scope, "domain", domain, text, option="percent_hack_domains") is not None
        if not here or b"%" not in local_part:
            break
        local_part, _, domain = local_part.rpartition(b"%")
        domain = domain.lower()
    return Address(local_part=taint(local_part.lower()), domain=taint(domain), caseful_local_part=taint(local_part))


def unquote(local_part: bytes) -> bytes:
    """A local part without its quoting."""
    if b'"' not in local_part and b"\\" not in local_part:
        return local_part
    plain = bytearray()
    at = 0
    while at < len(local_part):
        byte = local_part[at]
        if byte == 0x5C and at + 1 < len(local_part):  # backslash
            at += 1
            plain.append(local_part[at])
        elif byte != 0x22:
            plain.append(byte)
        at += 1
    return like(bytes(plain), local_part)
