"""DNS zone data as the test suite of RFC 7208 writes it.

    example.com:
      - MX: [10, mail.example.com]
      - TXT: v=spf1 mx -all
    slow.example: [TIMEOUT]
    broken.example:
      - A: SERVFAIL
    bl.example: []

TIMEOUT, SERVFAIL, REFUSED and NXDOMAIN stand for all types that are not listed before, or as data of one type for that
type. A name below a listed one that is not listed itself does not exist; of other names nothing is known. `SPF` records
of a name without TXT records are its TXT records, too (`TXT: NONE` says that there are none).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exim_lang.errors import UsageError
from exim_lang.world.dns import DnsAnswer, DnsRecord, Status

_STATES: dict[str, Status] = {"TIMEOUT": "again", "SERVFAIL": "again", "REFUSED": "fail", "NXDOMAIN": "nomatch"}
_MOST_ALIASES = 10


class ZoneData:
    """Answers DNS queries from zone data; raises UsageError for data that is none."""

    def __init__(self, zones: Mapping[str, list[Any]]) -> None:
        from exim_lang.world.dns_text import record_from_text  # 85 ms that only DNS queries pay for

        self.records: dict[tuple[bytes, str], list[DnsRecord]] = {}
        self.states: dict[tuple[bytes, str], Status] = {}
        self.names: set[bytes] = set()
        for written, entries in zones.items():
            name = written.rstrip(".").lower().encode("utf-8", "surrogateescape")
            self.names.add(name)
            for entry in entries:
                if isinstance(entry, str) and entry in _STATES:
                    self.states[name, ""] = _STATES[entry]
                    continue
                for type, data in _pairs(written, entry):
                    if isinstance(data, str) and data in _STATES:
                        self.states[name, type] = _STATES[data]
                    elif type == "TXT" and data == "NONE":
                        self.records[name, type] = []
                    else:
                        record = record_from_text(name, type, _presentation(written, type, data))
                        self.records.setdefault((name, type), []).append(record)
        for name, type in list(self.records):
            if type == "SPF" and (name, "TXT") not in self.records:
                found = self.records[name, type]
                self.records[name, "TXT"] = [DnsRecord(name, "TXT", record.ttl, record.data) for record in found]

    def query(self, name: bytes, type: str) -> DnsAnswer | None:
        """The answer, aliases followed; None for a name that no listed one is above."""
        at = name.rstrip(b".").lower()
        aliases: list[bytes] = []
        while len(aliases) <= _MOST_ALIASES:
            known = self._known(at)
            if known is None:
                return None
            if known == b"":
                return DnsAnswer("nomatch", (), tuple(aliases))
            records = self.records.get((known, type))
            if records:
                own = tuple(DnsRecord(at, type, record.ttl, record.data) for record in records)
                return DnsAnswer("found", own, tuple(aliases), authoritative=True)
            state = self.states.get((known, type)) or (self.states.get((known, "")) if records is None else None)
            if state is not None:
                return DnsAnswer(state, (), tuple(aliases))
            alias = self.records.get((known, "CNAME"))
            if not alias or type == "CNAME":
                return DnsAnswer("nodata", (), tuple(aliases), authoritative=True)
            aliases.append(at)
            target = alias[0].data
            assert isinstance(target, bytes), "a CNAME is a name"
            at = target.lower()
        return DnsAnswer("again")

    def _known(self, name: bytes) -> bytes | None:
        """The listed name, or wildcard, that speaks for `name`; b"" where there is no such name, None where nobody knows."""
        if name in self.names:
            return name
        if any(other.endswith(b"." + name) for other in self.names):
            # it lies between listed names: it exists without records, where it is known at all
            return name if self._below_listed(name) else None
        parent = name
        while parent:
            parent = parent.partition(b".")[2]
            if b"*." + parent in self.names:
                return b"*." + parent
        return b"" if self._below_listed(name) else None

    def _below_listed(self, name: bytes) -> bool:
        while name:
            name = name.partition(b".")[2]
            if name in self.names:
                return True
        return False


def _pairs(name: str, entry: Any) -> list[tuple[str, Any]]:
    if not isinstance(entry, dict) or not entry:
        raise UsageError(f"zone data of {name}: {entry!r} is neither {{TYPE: data}} nor one of {', '.join(_STATES)}")
    return [(str(type).upper(), data) for type, data in entry.items()]


def _presentation(name: str, type: str, data: Any) -> str:
    """The record's data as a zone file has it."""
    pieces = data if isinstance(data, list) else [data]
    if not pieces or not all(isinstance(piece, str | int) for piece in pieces):
        raise UsageError(f"zone data of {name}: {data!r} is no data of a {type} record")
    if type in ("TXT", "SPF"):
        return " ".join(_quoted(str(piece)) for piece in pieces)
    return " ".join(str(piece) for piece in pieces)


def _quoted(piece: str) -> str:
    data = piece.encode("utf-8", "surrogateescape")
    escaped = (chr(byte) if 0x20 <= byte < 0x7F and chr(byte) not in '"\\' else f"\\{byte:03d}" for byte in data)
    return '"' + "".join(escaped) + '"'
