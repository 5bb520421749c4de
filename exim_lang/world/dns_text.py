"""DNS records from and to text, through dnspython: 85 ms to import, so only where the DNS is asked."""

from __future__ import annotations

import socket
from typing import cast

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.CAA
import dns.rdtypes.ANY.CNAME
import dns.rdtypes.ANY.MX
import dns.rdtypes.ANY.SOA
import dns.rdtypes.ANY.TLSA
import dns.rdtypes.ANY.TXT
import dns.rdtypes.IN.A
import dns.rdtypes.IN.SRV

from exim_lang.errors import EximLangError, UsageError
from exim_lang.world.dns import STATUSES, Caa, Data, DnsAnswer, DnsRecord, Mx, Soa, Srv, Status, Tlsa, Txt
from exim_lang.world.fixtures import Json, to_bytes, to_text

DEFAULT_TTL = 300


def wire_name(name: bytes) -> dns.name.Name:
    """The name as labels of raw bytes; raises dns.exception.DNSException for one that cannot be asked for."""
    labels = name.rstrip(b".").split(b".") if name.rstrip(b".") else []
    return dns.name.Name([*labels, b""])


LONGEST_PIECE = 255
"""Bytes of one character string of a TXT record."""


def name_bytes(name: dns.name.Name) -> bytes:
    """A name as Exim's dn_expand() gives it: special characters escaped, no final dot."""
    return name.to_text(omit_final_dot=True).encode("latin-1")


def simple_data(data: dns.rdata.Rdata) -> Data | None:
    """The typed data of a record; None for a type that Exim has no use for."""
    if isinstance(data, dns.rdtypes.ANY.MX.MX):
        return Mx(data.preference, name_bytes(data.exchange))
    if isinstance(data, dns.rdtypes.IN.SRV.SRV):
        return Srv(data.priority, data.weight, data.port, name_bytes(data.target))
    if isinstance(data, dns.rdtypes.ANY.SOA.SOA):
        times = (data.serial, data.refresh, data.retry, data.expire, data.minimum)
        return Soa(name_bytes(data.mname), name_bytes(data.rname), *times)
    if isinstance(data, dns.rdtypes.ANY.TLSA.TLSA):
        return Tlsa(data.usage, data.selector, data.mtype, data.cert)
    if isinstance(data, dns.rdtypes.ANY.CAA.CAA):
        return Caa(data.flags, data.tag, data.value)
    if data.rdtype in (dns.rdatatype.TXT, dns.rdatatype.SPF):
        return Txt(tuple(cast("dns.rdtypes.ANY.TXT.TXT", data).strings))
    if data.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
        address: str = cast("dns.rdtypes.IN.A.A", data).address
        if data.rdtype == dns.rdatatype.AAAA:
            address = socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, address))
        return address.encode()
    if data.rdtype in (dns.rdatatype.CNAME, dns.rdatatype.NS, dns.rdatatype.PTR):
        return name_bytes(cast("dns.rdtypes.ANY.CNAME.CNAME", data).target)
    return None


def record_from_text(name: bytes, type: str, text: str, ttl: int = DEFAULT_TTL) -> DnsRecord:
    """One record from its presentation form (`10 mail.example.com`, `"v=spf1 -all"`); names in it are absolute.

    The text of a TXT record may go without quotes, and is then cut into as many strings as it needs.
    """
    if type in ("TXT", "SPF") and not text.startswith('"'):
        pieces = (text[at : at + LONGEST_PIECE] for at in range(0, len(text) or 1, LONGEST_PIECE))
        text = " ".join('"' + piece.replace("\\", "\\\\").replace('"', '\\"') + '"' for piece in pieces)
    try:
        parsed = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.from_text(type), text, origin=dns.name.root)
    except dns.exception.DNSException as error:
        raise UsageError(f"{to_text(name)} {type} {text}: {error}") from error
    data = simple_data(parsed)
    if data is None:
        raise UsageError(f"{to_text(name)} {type}: records of this type are of no use here")
    return DnsRecord(name, type, ttl, data)


def record_text(data: Data) -> str:
    """The presentation form of a record's data."""
    match data:
        case bytes():
            return data.decode("latin-1")
        case Txt(pieces):
            return " ".join(_quoted(piece) for piece in pieces)
        case Tlsa(usage, selector, matching, content):
            return f"{usage} {selector} {matching} {content.hex()}"
        case Caa(flags, tag, value):
            return f"{flags} {tag.decode('latin-1')} {_quoted(value)}"
        case Mx() | Srv() | Soa():
            return " ".join(
                field.decode("latin-1") or "." if isinstance(field, bytes) else str(field) for field in data
            )


def _quoted(piece: bytes) -> str:
    escaped = (
        f"\\{byte:03d}" if not 0x20 <= byte < 0x7F else ("\\" + chr(byte) if chr(byte) in '"\\' else chr(byte))
        for byte in piece
    )
    return '"' + "".join(escaped) + '"'


def answer_from_json(name: bytes, type: str, answer: Json) -> DnsAnswer:
    """A DnsAnswer from a fixture.

    A list of records in presentation form; a status word ("nomatch", "nodata", "again", "fail"); null for "nomatch"; or
    an object with `records` or `status` and, where wanted, `ttl`, `authentic`, `authoritative`, `zone`, `aliases`.
    """
    if isinstance(answer, list):
        answer = {"records": answer}
    elif answer is None or isinstance(answer, str):
        answer = {"status": answer or "nomatch"}
    facts = answer if isinstance(answer, dict) else {}
    texts = facts.get("records", [])
    status = facts.get("status", "found" if texts else "nodata")
    ttl = facts.get("ttl", DEFAULT_TTL)
    aliases = facts.get("aliases", [])
    zone = facts.get("zone", "")
    known = facts.keys() <= {"records", "status", "ttl", "aliases", "zone", "authentic", "authoritative"}
    if (
        not (facts and known and isinstance(texts, list) and isinstance(ttl, int))
        or not (isinstance(aliases, list) and isinstance(zone, str))
        or not (isinstance(status, str) and status in STATUSES and (status == "found") == bool(texts))
    ):
        raise EximLangError(f'fixture "dns" "{to_text(name)} {type}": {answer!r} is neither records nor a status')
    return DnsAnswer(
        cast("Status", status),
        tuple(record_from_text(name, type, str(text), ttl) for text in texts),
        tuple(to_bytes(str(alias)) for alias in aliases),
        facts.get("authentic") is True,
        facts.get("authoritative") is True,
        to_bytes(zone),
    )


def answer_to_json(answer: DnsAnswer) -> Json:
    """The fixture that gives this answer again."""
    if answer.status != "found":
        return answer.status
    texts: list[Json] = [record_text(record.data) for record in answer.records]
    aliases: list[Json] = [alias.decode("latin-1") for alias in answer.aliases]
    facts: dict[str, Json] = {"records": texts, "ttl": answer.ttl}
    if aliases:
        facts["aliases"] = aliases
    if answer.authentic:
        facts["authentic"] = True
    if answer.authoritative:
        facts["authoritative"] = True
    if answer.zone:
        facts["zone"] = answer.zone.decode("latin-1")
    return facts
