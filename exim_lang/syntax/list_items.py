"""What kind of pattern a list item is (specification chapter 10).

The same function serves the matcher, which sees bytes after expansion, and the tools, which see the text before it: an
item means one thing only. The order of the tests is Exim's, so the first that applies wins.
"""

from __future__ import annotations

import re
import socket
from enum import StrEnum
from functools import lru_cache
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["domain", "host", "address", "localpart", "string"]
"""The kinds of list; "string" is one that is matched like a domain list but knows no names and no `@`."""


class ItemKind(StrEnum):
    """What an item is; the value is what a person is told."""

    CONTROL = "control item"
    NAMED = "named list"
    FILE = "file of items"
    EMPTY = "empty item"
    ANY = "wildcard for everything"
    REGEX = "regular expression"
    TAIL = "wildcard"
    SELF = "primary host name"
    INTERFACES = "local interfaces"
    MX = "MX pattern"
    IP = "IP address"
    NETWORK = "IP network"
    BAD_IP = "malformed IP address"
    NET_LOOKUP = "lookup by IP address"
    LOOKUP = "lookup"
    SPLIT_LOOKUP = "lookup of local parts by domain"
    HOST_NAME = "host name"
    ADDRESS = "address"
    DOMAIN = "domain of an address"
    PLAIN = "plain text"
    EXPANDED = "expansion"


CONTROLS: Final[dict[str, frozenset[bytes]]] = {
    "domain": frozenset(),
    "host": frozenset({b"+include_unknown", b"+ignore_unknown", b"+include_defer", b"+ignore_defer"}),
    "address": frozenset({b"+caseful"}),
    "localpart": frozenset({b"+caseful"}),
    "string": frozenset(),
}
"""Items that switch something for those behind them. They cannot be negated."""

KEPT: Final = 4096  # patterns whose kind is remembered; more than configurations have

SPACES: Final = b" \t\n\v\f\r"

_MX: Final = re.compile(rb"@mx_(any|primary|secondary)(?:/ignore=(.*))?", re.IGNORECASE | re.DOTALL)
_ADDRESS_LOOKUP: Final = re.compile(rb"[A-Za-z0-9-]*\*?@?;")
_NET: Final = re.compile(rb"net([0-9]*)-")
_HOST_NAME: Final = re.compile(rb"[A-Za-z0-9._-]+")
_HOST_NAME_UTF8: Final = re.compile(rb"[A-Za-z0-9._\x80-\xff-]+")
_BAD_IPV6: Final = re.compile(rb"([0-9A-Fa-f:.]+)(?:[/%].*)?", re.DOTALL)
_BAD_IPV4: Final = re.compile(rb"([0-9.]+)(?:/.*)?", re.DOTALL)
_MASK: Final = re.compile(rb"[ \t]*\+?([0-9]*)")


def address_number(value: bytes) -> tuple[int, int] | None:
    """The number of bits (32 or 128) and the address as a number; None for what inet_pton() does not read."""
    family, bits = (socket.AF_INET6, 128) if b":" in value else (socket.AF_INET, 32)
    try:
        packed = socket.inet_pton(family, value.decode("ascii"))
    except (OSError, ValueError):
        return None
    return bits, int.from_bytes(packed)


@lru_cache(maxsize=KEPT)
def network(value: bytes, *, any_mask: bool = False) -> tuple[int, int, int] | None:
    """Bits, address and mask length of `address[/mask]` or `address%scope`; None for what Exim does not take for one.

    A mask without digits is 0. Until Exim 4.97 masks longer than the address were taken and meant the address alone:
    `any_mask` asks for that.
    """
    text, slash, mask_text = value.partition(b"/")
    if b"%" in text:
        if slash:
            return None
        text = text.partition(b"%")[0]
    read = address_number(text)
    if read is None:
        return None
    bits, number = read
    if not slash:
        return bits, number, bits
    mask = _MASK.fullmatch(mask_text)
    if mask is None:
        return None
    length = int(mask[1] or b"0")
    if length > bits:
        return (bits, number, bits) if any_mask else None
    return bits, number, length


def bad_ip(value: bytes) -> bytes | None:
    """What Exim shows of an item that looks like an IP address but is none; None for other items."""
    match = (_BAD_IPV6 if b":" in value else _BAD_IPV4).fullmatch(value)
    return match[1] if match else None


def mx_pattern(value: bytes) -> tuple[str, bytes | None] | None:
    """"any", "primary" or "secondary" and the list behind `/ignore=`, of `@mx_...`; None for other items."""
    match = _MX.fullmatch(value)
    return (match[1].decode().lower(), match[2]) if match else None


def net_prefix(value: bytes) -> tuple[int | None, bytes] | None:
    """The mask length (None without one) and what follows `net-` or `netN-`; None for an item that starts otherwise."""
    match = _NET.match(value)
    return (int(match[1]) if match[1] else None, value[match.end() :]) if match else None


def negation(item: bytes) -> tuple[bool, bytes]:
    """Whether an item is negated, and the pattern itself."""
    return (True, item[1:].lstrip(SPACES)) if item[:1] == b"!" else (False, item)


@lru_cache(maxsize=KEPT)
def classify_item(kind: Kind, item: bytes, *, any_mask: bool = False, utf8: bool = False) -> ItemKind:
    """The kind of a whole item of a list, without its negation: a switch, a named list, a file or a pattern."""
    first = item[:1]
    if first == b"/":
        return ItemKind.FILE
    if first == b"+" and kind != "string":
        return ItemKind.CONTROL if item in CONTROLS[kind] else ItemKind.NAMED
    return classify(kind, item, any_mask=any_mask, utf8=utf8)


@lru_cache(maxsize=KEPT)
def classify(kind: Kind, pattern: bytes, *, any_mask: bool = False, utf8: bool = False) -> ItemKind:
    """The kind of a pattern: what stands in a file is always one, whatever it starts with.

    `any_mask` is for versions before 4.98 (see `network`), `utf8` for `allow_utf8_domains`.
    """
    if kind == "host":
        return _classify_host(pattern, any_mask, utf8)
    if kind == "address":
        return _classify_address(pattern)
    return classify_string(pattern, at_special=kind == "domain")


@lru_cache(maxsize=KEPT)
def classify_string(pattern: bytes, *, at_special: bool) -> ItemKind:
    """The kind of a pattern for one string: a domain, a local part, a host name."""
    first = pattern[:1]
    if first == b"^":
        return ItemKind.REGEX
    if first == b"*":
        return ItemKind.TAIL if len(pattern) > 1 else ItemKind.ANY
    if at_special and first == b"@":
        if pattern == b"@":
            return ItemKind.SELF
        if pattern == b"@[]":
            return ItemKind.INTERFACES
        if mx_pattern(pattern) is not None:
            return ItemKind.MX
    if b";" in pattern:
        return ItemKind.LOOKUP
    return ItemKind.PLAIN if pattern else ItemKind.EMPTY


def _classify_host(pattern: bytes, any_mask: bool, utf8: bool) -> ItemKind:
    if pattern == b"*":
        return ItemKind.ANY
    if not pattern:
        return ItemKind.EMPTY
    if pattern == b"@":
        return ItemKind.SELF
    if pattern == b"@[]":
        return ItemKind.INTERFACES
    if network(pattern, any_mask=any_mask) is not None:
        return ItemKind.IP if b"/" not in pattern else ItemKind.NETWORK
    if bad_ip(pattern) is not None:
        return ItemKind.BAD_IP
    if b";" in pattern and net_prefix(pattern) is not None:
        return ItemKind.NET_LOOKUP
    if (_HOST_NAME_UTF8 if utf8 else _HOST_NAME).fullmatch(pattern):
        return ItemKind.HOST_NAME
    return classify_string(pattern, at_special=True)


def _classify_address(pattern: bytes) -> ItemKind:
    if not pattern:
        return ItemKind.EMPTY
    if pattern[:1] == b"^":
        return ItemKind.REGEX
    if _ADDRESS_LOOKUP.match(pattern):
        return ItemKind.LOOKUP
    if pattern[:2] == b"@@":
        return ItemKind.SPLIT_LOOKUP
    if b"@" in pattern:
        return ItemKind.ADDRESS
    return ItemKind.ANY if pattern == b"*" else ItemKind.DOMAIN


def split_address_pattern(pattern: bytes) -> tuple[bytes, bytes]:
    """The local part and the domain pattern of an address pattern with an `@`.

    A domain that is `@`, `@[]` or `@mx_...` keeps its own `@`: `x@@` means x at this host.
    """
    at = pattern.rindex(b"@")
    if at > 0 and pattern[at - 1 : at] == b"@" and pattern[at + 1 :] in _AT_DOMAINS:
        return pattern[: at - 1], pattern[at:]
    return pattern[:at], pattern[at + 1 :]


_AT_DOMAINS: Final = frozenset({b"", b"[]", b"mx_any", b"mx_primary", b"mx_secondary"})
