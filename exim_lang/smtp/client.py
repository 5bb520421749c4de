"""A client: its address as a person writes it (`192.0.2.1`, `192.0.2.1.25`, `[2001:db8::1]:25`), a message as it sends it."""

from __future__ import annotations

import ipaddress
import re


def address_and_port(text: str, version: tuple[int, int]) -> tuple[bytes, int]:
    """Address and port (0 without one) of a client; b"" for what is no address.

    Exim writes an IPv6 address in full before 4.97, and as short as possible since then.
    """
    try:
        address, port = ipaddress.ip_address(text), 0
    except ValueError:
        host, separator, digits = text[1:].partition("]:") if text.startswith("[") else text.rpartition(".")
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return b"", 0
        if not separator or not digits.isdigit():
            return b"", 0
        port = int(digits)
    written = address.exploded if version < (4, 97) else str(address)
    return written.encode(), port


def on_the_wire(message: bytes) -> bytes:
    """A message as DATA has it: CRLF line ends and doubled dots, with the final dot (RFC 5321 section 4.5.2)."""
    lines = re.split(rb"\r?\n", message.removesuffix(b"\n").removesuffix(b"\r"))
    return b"".join((b"." + line if line.startswith(b".") else line) + b"\r\n" for line in lines) + b".\r\n"
