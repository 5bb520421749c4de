"""DNS answered from zone files: those of a name server, or plain lines `name TYPE data`."""

from __future__ import annotations

from pathlib import Path

from exim_lang.errors import UsageError
from exim_lang.world.dns import DnsAnswer, DnsRecord

_MOST_ALIASES = 10


class ZoneFiles:
    """Records by name and type. Names without a final dot are absolute unless the file says `$ORIGIN`.

    A file named `db.ZONE` or `ZONE.zone` has that origin. Whoever has the SOA record of a zone knows all of it: other
    names in it do not exist. Of names in no such zone nothing is known. A folder stands for all the files in it.
    """

    def __init__(self, paths: list[str]) -> None:
        self._records: dict[tuple[bytes, str], list[DnsRecord]] = {}
        self._names: set[bytes] = set()
        self._zones: set[bytes] = set()
        for path in map(Path, paths):
            for file in sorted(path.iterdir()) if path.is_dir() else [path]:
                self._load(file)

    def _load(self, path: Path) -> None:
        import dns.exception  # 85 ms that only DNS queries pay for
        import dns.name
        import dns.rdataclass
        import dns.zonefile

        from exim_lang.world.dns_text import DEFAULT_TTL, name_bytes, simple_data

        if path.name.startswith("db."):
            origin = dns.name.from_text(path.name[3:])
        elif path.suffix == ".zone":
            origin = dns.name.from_text(path.stem)
        else:
            origin = dns.name.root
        try:
            text = path.read_text(encoding="latin-1")
            groups = dns.zonefile.read_rrsets(
                text, origin=origin, relativize=False, rdclass=dns.rdataclass.IN, default_ttl=DEFAULT_TTL
            )
        except OSError as error:
            raise UsageError(f"cannot read zone file {path}: {error.strerror}") from error
        except (dns.exception.DNSException, ValueError) as error:
            raise UsageError(f"{path} is not a zone file: {error}") from error
        for group in groups:
            name = name_bytes(group.name).lower()
            self._add_name(name)
            type = dns.rdatatype.to_text(group.rdtype)
            if type == "SOA":
                self._zones.add(name)
            for item in group:
                data = simple_data(item)
                if data is not None:
                    self._records.setdefault((name, type), []).append(DnsRecord(name, type, group.ttl, data))

    def _add_name(self, name: bytes) -> None:
        while name and name not in self._names:
            self._names.add(name)
            name = name.partition(b".")[2]

    def query(self, name: bytes, type: str) -> DnsAnswer | None:
        """Looks up, following aliases and wildcards; None for names of zones that are not here."""
        at = name.rstrip(b".").lower()
        aliases: list[bytes] = []
        records: list[DnsRecord] | None = None
        while True:
            records = self._find(at, type)
            if records is not None:
                break
            alias = self._find(at, "CNAME")
            if alias is None or len(aliases) > _MOST_ALIASES:
                break
            aliases.append(at)
            target = alias[0].data
            if not isinstance(target, bytes):
                raise TypeError("a CNAME is a name")
            at = target.lower()
        if len(aliases) > _MOST_ALIASES:
            return DnsAnswer("again")
        if records is not None:
            return DnsAnswer("found", tuple(records), tuple(aliases), authoritative=True)
        zone = self._zone_of(at)
        if zone is None:
            return None
        exists = at in self._names or self._wildcard(at) is not None
        return DnsAnswer("nodata" if exists else "nomatch", (), tuple(aliases), authoritative=True, zone=zone)

    def _find(self, name: bytes, type: str) -> list[DnsRecord] | None:
        if name in self._names:
            return self._records.get((name, type))
        wildcard = self._wildcard(name)
        found = self._records.get((wildcard, type)) if wildcard is not None else None
        return [DnsRecord(name, type, record.ttl, record.data) for record in found] if found else None

    def _wildcard(self, name: bytes) -> bytes | None:
        """The wildcard that covers a name that does not exist (RFC 4592: below its closest existing ancestor)."""
        parent = name
        while parent:
            parent = parent.partition(b".")[2]
            if parent in self._names or not parent:
                wildcard = b"*." + parent if parent else b"*"
                return wildcard if wildcard in self._names else None
        return None

    def _zone_of(self, name: bytes) -> bytes | None:
        while name not in self._zones:
            if not name:
                return b"" if b"" in self._zones or b"." in self._zones else None
            name = name.partition(b".")[2]
        return name
