"""`Received:` lines as several mail servers write them: who the client was, and what it called itself."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_FROM = re.compile(rb"\s*from\s+(.*?)(?=\sby\s|;|\Z)", re.DOTALL | re.IGNORECASE)
_ADDRESS = re.compile(rb"\[(?:IPv6:)?([0-9A-Fa-f.:]+)\]|\((?:[^()\s]+ )?([0-9]+(?:\.[0-9]+){3})\)", re.IGNORECASE)
_HELO = re.compile(rb"\bhelo[= ](\[[^\]\s]*\]|[^\s()\[\]]+)", re.IGNORECASE)
_FOR = re.compile(rb"\sfor\s+<?([^\s<>;]+@[^\s<>;]+)>?")

INSIDE = ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "::1/128",
          "fc00::/7", "fe80::/10")  # fmt: skip
"""Networks of which no client from outside comes: a hop from there is one of our own."""


class Hop(NamedTuple):
    """One `Received:` line: the client's IP address, its name in HELO or EHLO, the recipient; empty where it does not say."""

    host: str
    helo: bytes
    recipient: bytes


def read_hop(value: bytes) -> Hop:
    """What a `Received:` line tells."""
    recipient = _FOR.search(value)
    clause = _FROM.match(value)
    if clause is None:
        return Hop("", b"", recipient[1] if recipient else b"")
    words = clause[1]
    host = ""
    for match in _ADDRESS.finditer(words):
        try:
            host = str(ipaddress.ip_address((match[1] or match[2]).decode("ascii")))
        except ValueError:
            continue
        break
    helo = _HELO.search(words)
    name = helo[1] if helo else b"" if words.startswith((b"[", b"(")) else words.split(maxsplit=1)[0] if words.strip() else b""
    return Hop(host, name, recipient[1] if recipient else b"")


def client_hop(values: Sequence[bytes], trusted: tuple[str, ...] = ()) -> Hop | None:
    """The topmost hop whose client is none of ours: lines below it were written by others, and are not believed.

    `trusted` are our own networks besides INSIDE. Where every hop is ours, the topmost that has an address; None without any.
    """
    networks = parsed_networks((*INSIDE, *trusted))
    first = None
    for value in values:
        hop = read_hop(value)
        if not hop.host:
            continue
        if first is None:
            first = hop
        address = ipaddress.ip_address(hop.host)
        if not any(address in network for network in networks):
            return hop
    return first


@lru_cache(16)
def parsed_networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    """Networks from their texts; raises ValueError."""
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)
