"""The address of a client as a person writes it: `192.0.2.1`, `192.0.2.1.25`, `2001:db8::1`, `[2001:db8::1]:25`."""

from __future__ import annotations

import ipaddress


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
