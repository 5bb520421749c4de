"""dnsdb: the DNS as a database (specification 9.10 to 9.13)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from exim_lang.expand.dns_lookup import csa_lookup, dns_lookup, enclosing_lookup, reversed_name
from exim_lang.expand.ip_address import ip_version
from exim_lang.expand.string_list import split_list
from exim_lang.records import dataclass
from exim_lang.search.registry import Reply, SearchDeferred, lookup_type
from exim_lang.taint import Tainted, like
from exim_lang.world.dns import Data, DnsAnswer, Mx, Soa, Srv, Tlsa, Txt

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

_SPACES: Final = b" \t\n\v\f\r"
_TYPES: Final = {"a", "aaaa", "a+", "cname", "csa", "mx", "mxh", "ns", "ptr", "soa", "spf", "srv", "tlsa", "txt", "zns"}
_QUERIED: Final = {"csa": ("SRV",), "mxh": ("MX",), "zns": ("NS",), "a+": ("AAAA", "A")}
_TIME: Final = re.compile(rb"(?=[0-9])(?:([0-9]+)w)?(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?")


@dataclass(slots=True)
class Query:
    """A query taken apart."""

    names: bytes
    type: str = "txt"
    separator: bytes = b"\n"
    fields: bytes | None = None
    on_defer: str = "lax"
    dnssec: str = "lax"


def read_query(text: bytes) -> Query:
    """Reads separators, modifiers, type; raises SearchDeferred with Exim's message for what is none."""
    query = Query(text)
    if text.startswith(b">"):
        query.separator = text[1:2]
        text = text[2:]
        if text.startswith(b","):
            query.fields = text[1:2]
            text = text[2:]
        elif text.startswith(b";"):
            query.fields = b""
            text = text[1:]
        text = text.lstrip(_SPACES)
    while True:
        rest = _modifier(query, text)
        if rest is None:
            break
        rest = rest.lstrip(_SPACES)
        if not rest.startswith(b","):
            raise SearchDeferred("dnsdb modifier syntax error")
        text = rest[1:].lstrip(_SPACES)
    name, equals, rest = text.partition(b"=")
    if equals:
        query.type = name.rstrip(_SPACES).decode("latin-1").lower()
        if query.type not in _TYPES:
            raise SearchDeferred("unsupported DNS record type")
        text = rest.lstrip(_SPACES)
    query.names = text
    if query.fields is None:
        query.fields = {"spf": b"", "srv": b" ", "mx": b" ", "tlsa": b" "}.get(query.type)
    return query


def _modifier(query: Query, text: bytes) -> bytes | None:
    """Takes one modifier off the front; None when there is none."""
    lower = text.lower()
    for prefix, what in ((b"defer_", "defer"), (b"dnssec_", "dnssec")):
        if not lower.startswith(prefix):
            continue
        for word in ("strict", "lax", "never"):
            if lower.startswith(word.encode(), len(prefix)):
                if what == "defer":
                    query.on_defer = word
                else:
                    query.dnssec = word
                return text[len(prefix) + len(word) :]
        raise SearchDeferred(f"unsupported dnsdb {what} behaviour")
    if lower.startswith(b"retrans_"):  # how long to wait is the World's business; the word must be right all the same
        time = _TIME.match(text, 8)
        if time is None or not any(int(part) for part in time.groups() if part) or text[time.end() :][:1] != b",":
            raise SearchDeferred("unsupported dnsdb timeout value")
        return text[time.end() :]
    if lower.startswith(b"retry_"):
        number = re.compile(rb"\s*([+-]?)([0-9]*)").match(text, 6)
        if number is None or (number[1] == b"-" and int(number[2] or b"0")):
            raise SearchDeferred("unsupported dnsdb retry count")
        return text[number.end() :]
    return None


@lookup_type("dnsdb", kind="query")
def dnsdb(scope: Scope, handle: None, key: bytes, options: tuple[bytes, ...]) -> bytes | Reply | None:
    """The data of all records found, or None; the answer came from outside, so it is tainted."""
    query = read_query(bytes(key))
    found: list[bytes] = []
    keep: float | None = None
    deferred = False
    names = like(query.names, key)
    alone = query.type == "ptr" and not names.startswith(b"<") and ip_version(names)
    for name in [names] if alone else split_list(names):
        if query.type in ("ptr", "csa") and ip_version(name):
            name = reversed_name(name)  # noqa: PLW2901 -- the address stands for this name
        for answer, at in _answers(scope, query, bytes(name)):
            if query.dnssec != "never":
                scope.variables["lookup_dnssec_authenticated"] = b"yes" if answer.authentic else b"no"
            else:
                scope.variables.pop("lookup_dnssec_authenticated", None)
            if answer.status in ("nomatch", "nodata"):
                continue
            if answer.status != "found" or (query.dnssec == "strict" and not answer.authentic):
                if query.on_defer == "strict":
                    raise SearchDeferred("")
                deferred = deferred or query.on_defer == "lax"
                continue
            keep = answer.ttl if keep is None else min(keep, answer.ttl)
            for record in answer.records:
                shown = _shown(query, record.data, at == bytes(name))
                if shown is not None:
                    found.append(shown)
    result = query.separator.join(found).partition(b"\0")[0]
    if not result:
        if deferred:
            raise SearchDeferred("")
        return None
    return Reply(Tainted(result), keep)


def _answers(scope: Scope, query: Query, name: bytes) -> Iterator[tuple[DnsAnswer, bytes]]:
    """The answers for one name, each with the name it was found under."""
    if query.type == "csa":
        yield csa_lookup(scope, name)
    elif query.type in ("zns", "soa"):
        yield enclosing_lookup(scope, name, "NS" if query.type == "zns" else "SOA"), name
    else:
        for type in _QUERIED.get(query.type, (query.type.upper(),)):
            yield dns_lookup(scope, name, type), name


def _shown(query: Query, data: Data, direct: bool) -> bytes | None:
    """One record's data as text; None for one that is left out.

    A separator of no characters is a NUL to Exim where a record has several numbers: it ends what they are printed to.
    """
    fields = query.fields or b""
    match data:
        case bytes():
            return data
        case Mx(preference, host):
            return host if query.type == "mxh" else b"%d" % preference + fields + host
        case Srv(priority, weight, port, host) if query.type == "csa":
            code = _csa_code(priority, weight, port, direct)
            return code + b" " + host if code else None
        case Srv(priority, weight, port, host):
            if not fields:
                return b"%d" % priority + host
            return fields.join([b"%d" % priority, b"%d" % weight, b"%d" % port, host])
        case Soa():
            if query.fields is None:
                return data.primary
            if not fields:
                return data.primary + b"\0"
            return fields.join([data.primary, data.mailbox, *(b"%d" % number for number in data[2:])])
        case Tlsa(usage, selector, matching, content):
            if not fields:
                return b"%d" % usage
            return fields.join([b"%d" % usage, b"%d" % selector, b"%d" % matching, content.hex().encode()])
        case Txt(pieces):
            return pieces[0] if query.fields is None else fields.join(pieces)
        case _:
            return None


def _csa_code(priority: int, weight: int, port: int, direct: bool) -> bytes:
    """What a CSA record says; empty for one that is not valid."""
    if priority != 1:
        return b""
    if not direct:
        return b"X" if port & 1 else b"?"
    return {0: b"N", 1: b"N", 2: b"Y", 3: b"?"}.get(weight, b"")
