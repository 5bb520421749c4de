"""IP addresses: masked, normalised, reversed (specification section 11.6)."""

from __future__ import annotations

import re
import socket
from typing import Final

from exim_lang.errors import ExpansionError
from exim_lang.expand.digits import decimal_integer
from exim_lang.expand.registry import operator
from exim_lang.expand.scope import Scope

_MASK: Final = re.compile(rb"/[ \t\n\v\f\r]*(\+?[0-9]+)?")


def binary(value: bytes) -> bytes | None:
    """The 4 or 16 bytes of an address; None for what is none. A `%scope` is ignored."""
    family = socket.AF_INET6 if b":" in value else socket.AF_INET
    try:
        return socket.inet_pton(family, value.partition(b"%")[0].decode("ascii"))
    except (OSError, ValueError):
        return None


def groups(packed: bytes) -> list[int]:
    """The eight numbers of an IPv6 address; an IPv4 one is mapped."""
    wide = packed if len(packed) == 16 else b"\0" * 10 + b"\xff\xff" + packed
    return [int.from_bytes(wide[at : at + 2], "big") for at in range(0, 16, 2)]


def normal(packed: bytes) -> bytes:
    """The shortest form of an IPv6 address: the first of the longest runs of zeros becomes `::`."""
    numbers = groups(packed)
    best, length = 0, 0
    at = 0
    while at < 8:
        run = at
        while run < 8 and numbers[run] == 0:
            run += 1
        if run - at > length:
            best, length = at, run - at
        at = run + 1
    if not length:
        return ":".join(f"{number:x}" for number in numbers).encode("ascii")
    head = ":".join(f"{number:x}" for number in numbers[:best])
    tail = ":".join(f"{number:x}" for number in numbers[best + length :])
    return f"{head}::{tail}".encode("ascii")


def _address(value: bytes) -> bytes:
    packed = binary(value)
    if packed is None:
        raise ExpansionError(f'"{value.decode("latin-1")}" is not an IP address')
    return packed


@operator("mask", argument=True, taint="clears")
def mask(value: bytes, argument: str | None) -> bytes:
    """The network `address/bits`; IPv6 with dots for lsearch files, with `mask_n` in its normal form."""
    text, slash, digits = value.rpartition(b"/")
    shown = value.decode("latin-1")
    number = _MASK.fullmatch(slash + digits) if slash else None
    packed = binary(text if slash else value)
    if packed is None or (slash and (number is None or b"%" in text)):
        raise ExpansionError(f'"{shown}" is not an IP address')
    if number is None:
        raise ExpansionError(f'missing mask value in "{shown}"')
    bits = decimal_integer(number[1] or b"0")
    size = len(packed) * 8
    if bits > size:
        raise ExpansionError(f'mask value too big in "{shown}"')
    kept = ((1 << bits) - 1) << (size - bits)
    masked = (int.from_bytes(packed, "big") & kept).to_bytes(len(packed), "big")
    if len(masked) == 4:
        text = ".".join(str(byte) for byte in masked).encode("ascii")
    elif (argument or "").startswith("n"):
        text = normal(masked)
    else:
        text = ".".join(f"{number:04x}" for number in groups(masked)).encode("ascii")
    return text + b"/%d" % bits


@operator("ipv6norm", scope=True, taint="clears")
def ipv6norm(scope: Scope, value: bytes) -> bytes:
    """The shortest form. Before Exim 4.97 a zero byte follows where groups were left out, and ends the string."""
    text = normal(_address(value))
    if b"::" not in text or scope.config.dialect.version >= (4, 97):
        return text
    return b":\0" if text == b"::" else text + b"\0"


@operator("ipv6denorm", taint="clears")
def ipv6denorm(value: bytes) -> bytes:
    """All eight groups of four digits."""
    return ":".join(f"{number:04x}" for number in groups(_address(value))).encode("ascii")


@operator("reverse_ip", taint="clears")
def reverse_ip(value: bytes) -> bytes:
    """The address as it stands in front of `in-addr.arpa` and `ip6.arpa`; a mask behind it is ignored."""
    text, _, digits = value.partition(b"/")
    mapped = text.startswith(b"::ffff:")
    if mapped and b"." not in text and text.count(b":") in range(4, 10):
        # Exim cuts the prefix off, and takes the first group of what is left for the start of an address that the others end.
        first, *others = text[7:].split(b":")
        text = b":".join([first, *[b"0"] * (7 - len(others)), *others])
    packed = binary(text) if not digits or digits.isdigit() else None
    if packed is None:
        raise ExpansionError(f"reverse_ip() not given an IP address [{value.decode('latin-1')}]")
    if mapped and b"." in text:
        packed = packed[12:]
    if len(packed) == 4:
        return ".".join(str(byte) for byte in reversed(packed)).encode("ascii")
    return ".".join(reversed(packed.hex())).encode("ascii")
