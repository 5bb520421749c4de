"""Telling IP addresses from other strings, as inet_pton() does."""

from __future__ import annotations


def ip_version(value: bytes) -> int:
    """4 or 6 for an IP address in text form (IPv6 may have a `%scope`), 0 for the rest; masks are not allowed."""
    import socket  # it takes a while to load, and not every string needs it

    if b":" in value:
        family, version, address = socket.AF_INET6, 6, value.partition(b"%")[0]
    else:
        family, version, address = socket.AF_INET, 4, value
    try:
        socket.inet_pton(family, address.decode("ascii"))
    except (OSError, UnicodeDecodeError, ValueError):
        return 0
    return version
