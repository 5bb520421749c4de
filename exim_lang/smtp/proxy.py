"""The header that a proxy sends in front of an SMTP conversation: Proxy Protocol, versions 1 and 2 (section 59.1).

A header is read byte by byte as Exim reads it: what it takes off the connection when it is wrong depends on that.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Final, Literal

from exim_lang.expand.host_name import look_up_host_name
from exim_lang.expand.ip_address import ip_version
from exim_lang.records import dataclass
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.smtp.session import Session

REFUSAL: Final = (b"503", b"Command refused, required Proxy negotiation failed")

SIGNATURE: Final = b"\r\n\r\n\x00\r\nQUIT\n"
"""How a header of version 2 begins."""

FIRST: Final = 8
"""Bytes that are read before it is decided what they are."""
FIXED: Final = 16
"""Bytes of a header of version 2 in front of its addresses."""
LIMIT: Final = 232
"""Bytes of a header: sixteen and the two longest addresses, those of Unix sockets."""

_NUMBER: Final = re.compile(rb"[ \t\n\v\f\r]*[-+]?[0-9]+")
_LONG: Final = 1 << 63
DEFAULT_TIMEOUT: Final = 3.0


@dataclass(frozen=True, slots=True)
class Header:
    """What came of a header that took `size` bytes.

    `kind` is "proxied" for a client behind the proxy, "own" for a connection of the proxy itself (LOCAL, UNKNOWN), "bad" for
    what is no header, for which `reason` says why. `source` and `target` are the addresses as written, with ports; a bad header
    may have some of them, which Exim keeps.
    """

    size: int
    kind: Literal["proxied", "own", "bad"]
    source: bytes = b""
    source_port: int = 0
    target: bytes = b""
    target_port: int = 0
    reason: str = ""


def read_header(data: bytes) -> Header | None:
    """Reads the header at the start of what a client sent; None as long as more of it is needed."""
    if len(data) < FIRST:
        return None
    if data[:FIRST] == SIGNATURE[:FIRST]:
        return _version_2(data)
    # the end of the line is looked for behind the bytes that were read first
    end = data.find(b"\r\n", FIRST - 1, LIMIT)
    if end == -1:
        if len(data) < LIMIT:
            return None
        return Header(LIMIT, "bad", reason="the line does not end")
    if not data.startswith(b"PROXY"):
        return Header(end + 2, "bad", reason="it is no header")
    return _version_1(data[5:end], end + 2)


def _version_1(line: bytes, size: int) -> Header:
    """The line behind PROXY."""
    if line.startswith(b" UNKNOWN"):
        return Header(size, "own")
    if not re.match(rb" TCP[46][ \t\n\v\f\r]", line):
        return Header(size, "bad", reason="the protocol is none of TCP4, TCP6 and UNKNOWN")
    source, space, rest = line[6:].partition(b" ")
    if not space or not ip_version(source):
        return Header(size, "bad", reason="the first address is none")
    target, space, rest = rest.partition(b" ")
    if not space or not ip_version(target):
        return Header(size, "bad", source, reason="the second address is none")
    first, space, second = rest.partition(b" ")
    source_port, target_port = _port(first) if space else None, _port(second)
    if not source_port:
        return Header(size, "bad", source, 0, target, reason="the first port is none")
    if not target_port:
        return Header(size, "bad", source, source_port, target, reason="the second port is none")
    return Header(size, "proxied", source, source_port, target, target_port)


def _port(text: bytes) -> int | None:
    """A number as C reads it into an int; None for what is none, which 0 does not count as."""
    if not _NUMBER.fullmatch(text):
        return None
    number = max(-_LONG, min(int(text), _LONG - 1))
    return (number + (1 << 31)) % (1 << 32) - (1 << 31) if number else None


def _version_2(data: bytes) -> Header | None:
    if len(data) < FIXED:
        return None
    if data[: len(SIGNATURE)] != SIGNATURE:
        return Header(FIXED, "bad", reason="the signature is wrong")
    version, command = data[12] >> 4, data[12] & 15
    family, length = data[13], int.from_bytes(data[14:16])
    if version != 2:
        return Header(FIXED, "bad", reason=f"version {version} is not known")
    size = FIXED + length
    if size > LIMIT:
        return Header(FIXED, "bad", reason=f"{length} bytes are too many")
    if len(data) < size:
        return None
    addresses = data[FIXED:size]
    if command == 0:
        return Header(size, "own")
    if command != 1:
        return Header(size, "bad", reason=f"command {command} is not known")
    if family == 0x11 and length >= 12:
        source, target = (str(IPv4Address(addresses[at : at + 4])).encode() for at in (0, 4))
        return Header(size, "proxied", source, int.from_bytes(addresses[8:10]), target, int.from_bytes(addresses[10:12]))
    if family == 0x21 and length >= 36:
        source, target = (_ipv6(addresses[at : at + 16]) for at in (0, 16))
        return Header(size, "proxied", source, int.from_bytes(addresses[32:34]), target, int.from_bytes(addresses[34:36]))
    if family in (0x11, 0x21):
        return Header(size, "bad", reason=f"{length} bytes are too few for two addresses")
    return Header(size, "bad", reason=f"address family and protocol {family:#04x} are not taken")


def _ipv6(packed: bytes) -> bytes:
    """An address as C writes it, that of an IPv4 host with dots."""
    import socket  # few sessions need it

    return socket.inet_ntop(socket.AF_INET6, packed).encode()


def lost_header(data: bytes, reason: str) -> Header:
    """What comes of a header that never became complete; all that was sent of it is gone."""
    return Header(len(data), "bad", reason=reason)


def required(session: Session) -> str:
    """The option that says which clients are proxies, in its spelling before 4.87 or since; empty where this Exim has none."""
    known = [option for option in ("proxy_required_hosts", "hosts_proxy") if session.config.fact(option) is not None]
    return next((option for option in known if session.config.text(option) is not None), known[-1] if known else "")


def seconds_to_wait(session: Session) -> float:
    """How long the proxy has for its header."""
    if session.config.fact("proxy_protocol_timeout") is None:
        return DEFAULT_TIMEOUT
    value = session.option("proxy_protocol_timeout")
    return float(value) if isinstance(value, int | float) and value > 0 else DEFAULT_TIMEOUT


def apply(session: Session, header: Header) -> None:
    """Puts the client in the place of the proxy, and looks its name up."""
    connection = session.scope.connection
    session.proxy_failed = header.kind == "bad"
    if header.source:
        connection.proxy_local_address = connection.host_address
        connection.host_address = taint(header.source)
        if header.source_port or not session.proxy_failed:
            connection.proxy_local_port, connection.host_port = connection.host_port, header.source_port
        connection.proxy_external_address = taint(header.target)
        connection.proxy_external_port = header.target_port
    if not session.proxy_failed and not session.name_stated:
        connection.host_name, connection.host_aliases = None, ()
        look_up_host_name(session.scope)


def written(header: str) -> bytes:
    """A line of version 1 from text such as `TCP4 192.0.2.1 198.51.100.2 64000 25`, with or without PROXY in front."""
    words = header.encode("utf-8", "surrogateescape").removeprefix(b"PROXY ")
    return b"PROXY " + words + b"\r\n"


def binary(source: str, source_port: int, target: str, target_port: int) -> bytes:
    """A header of version 2; raises ValueError for addresses that are none or of two kinds, or ports that are none."""
    from ipaddress import ip_address

    one, other = ip_address(source), ip_address(target)
    if one.version != other.version:
        raise ValueError("the two addresses are of different kinds")
    if not (0 <= source_port < 65536 and 0 <= target_port < 65536):
        raise ValueError("a port is between 0 and 65535")
    body = one.packed + other.packed + source_port.to_bytes(2) + target_port.to_bytes(2)
    return SIGNATURE + bytes((0x21, 0x11 if one.version == 4 else 0x21)) + len(body).to_bytes(2) + body
