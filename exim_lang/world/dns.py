"""What a DNS query is answered with, in a form that needs no DNS library.

Statuses are those of Exim's dns.c: "found"; "nomatch", the name does not exist; "nodata", it has no such record;
"again", a temporary error (SERVFAIL, a timeout); "fail", a permanent one.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol, TypeAlias, get_args

from exim_lang.records import dataclass

Status: TypeAlias = Literal["found", "nomatch", "nodata", "again", "fail"]
STATUSES: tuple[str, ...] = get_args(Status)


class Mx(NamedTuple):
    preference: int
    host: bytes


class Srv(NamedTuple):
    priority: int
    weight: int
    port: int
    host: bytes


class Soa(NamedTuple):
    primary: bytes
    mailbox: bytes
    serial: int
    refresh: int
    retry: int
    expire: int
    minimum: int


class Tlsa(NamedTuple):
    usage: int
    selector: int
    matching: int
    data: bytes
    """Raw bytes."""


class Caa(NamedTuple):
    flags: int
    tag: bytes
    value: bytes


class Txt(NamedTuple):
    """The character strings of a TXT or SPF record."""

    pieces: tuple[bytes, ...]


Data: TypeAlias = "bytes | Mx | Srv | Soa | Tlsa | Caa | Txt"
"""Addresses (A, AAAA, in their shortest form) and names (CNAME, NS, PTR) are bytes; names have no final dot."""


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """One record of an answer; `ttl` in seconds."""

    name: bytes
    type: str
    ttl: int
    data: Data


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """The answer to one query.

    `records` are those of the type asked for, in the order of the answer, CNAMEs followed; `aliases` the names that
    were followed, first the one asked for when it is an alias. `authentic`: the resolver vouches for it by DNSSEC.
    `authoritative`: the server answered for its own zone. `zone` is the one that the authority section names.
    """

    status: Status
    records: tuple[DnsRecord, ...] = ()
    aliases: tuple[bytes, ...] = ()
    authentic: bool = False
    authoritative: bool = False
    zone: bytes = b""

    @property
    def ttl(self) -> int:
        """The smallest time to live among the records, in seconds; 0 without records."""
        return min((record.ttl for record in self.records), default=0)


class DnsSource(Protocol):
    """Whatever answers DNS queries: a server, zone files. None means that it cannot know."""

    def query(self, name: bytes, type: str) -> DnsAnswer | None: ...
