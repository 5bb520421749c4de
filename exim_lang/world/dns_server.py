"""DNS queries to a server: over UDP, over TCP when the answer was cut, with EDNS and the DO bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.records import replace
from exim_lang.world.dns import DnsAnswer, DnsRecord, Status

if TYPE_CHECKING:
    import dns.message

TIMEOUT = 5.0
"""Seconds to wait for one answer (Exim: `dns_retrans`)."""
TRIES = 1
"""How often a server is asked again before it counts as not answering (Exim: `dns_retry`)."""

MOST_ALIASES = 10
"""How many aliases are followed (Exim: `dns_cname_loops`)."""


class DnsServer:
    """One server."""

    def __init__(self, address: str, port: int = 53, timeout: float = TIMEOUT, tries: int = TRIES) -> None:
        self.address = address
        self.port = port
        self.timeout = timeout
        self.tries = tries

    def query(self, name: bytes, type: str) -> DnsAnswer:
        """Asks; a server that does not answer, or refuses to, is the status "again".

        An alias that the server did not follow is followed here, as Exim does: it may point into another zone.
        """
        aliases: tuple[bytes, ...] = ()
        for _ in range(MOST_ALIASES + 1):
            answer, target = self._ask(name, type)
            aliases += answer.aliases
            if answer.status != "nodata" or not target:
                return replace(answer, aliases=aliases)
            name = target
        return DnsAnswer("fail", aliases=aliases)

    def _ask(self, name: bytes, type: str) -> tuple[DnsAnswer, bytes]:
        import dns.exception  # 85 ms that only DNS queries pay for
        import dns.message
        import dns.query
        import dns.rcode
        import dns.rdatatype

        from exim_lang.world.dns_text import wire_name

        try:
            question = wire_name(name)
        except dns.exception.DNSException:  # an empty or too long label: the resolver library does not even ask
            return DnsAnswer("fail"), b""
        message = dns.message.make_query(question, dns.rdatatype.from_text(type), want_dnssec=True)
        message.flags |= dns.flags.AD
        for _ in range(self.tries + 1):
            try:
                reply, _tcp = dns.query.udp_with_fallback(
                    message, self.address, timeout=self.timeout, port=self.port, ignore_unexpected=True
                )
            except (OSError, EOFError, dns.exception.DNSException):
                continue
            if reply.rcode() == dns.rcode.FORMERR and message.edns >= 0:
                message.use_edns(False)  # an old server: it gets another chance without EDNS
                continue
            return read_reply(type, reply)
        return DnsAnswer("again"), b""


class SystemDns:
    """The servers of /etc/resolv.conf, one after another until one answers."""

    def __init__(self) -> None:
        self._servers: list[DnsServer] | None = None

    def query(self, name: bytes, type: str) -> DnsAnswer:
        """Asks the system's name servers."""
        if self._servers is None:
            import dns.resolver  # see above

            try:
                resolver = dns.resolver.Resolver(configure=True)
            except dns.resolver.NoResolverConfiguration:
                return DnsAnswer("again")
            self._servers = [DnsServer(str(server), resolver.port) for server in resolver.nameservers]
        answer = DnsAnswer("again")
        for server in self._servers:
            answer = server.query(name, type)
            if answer.status != "again":
                break
        return answer


def read_reply(type: str, reply: dns.message.Message) -> tuple[DnsAnswer, bytes]:
    """What a reply means, judged as the C library's resolver does, and the name that the last alias in it points to."""
    import dns.flags  # loaded by whoever got the reply
    import dns.rcode
    import dns.rdatatype

    from exim_lang.world.dns_text import name_bytes, simple_data

    wanted = dns.rdatatype.from_text(type)
    records: list[DnsRecord] = []
    aliases: list[bytes] = []
    target = b""
    for group in reply.answer:
        if group.rdtype == dns.rdatatype.CNAME and wanted != dns.rdatatype.CNAME:
            aliases.append(name_bytes(group.name))
            points_to = simple_data(group[0])
            target = points_to if isinstance(points_to, bytes) else b""
        if group.rdtype == wanted:
            for item in group:
                data = simple_data(item)
                if data is not None:
                    records.append(DnsRecord(name_bytes(group.name), type, group.ttl, data))
    soa_or_ns = (dns.rdatatype.SOA, dns.rdatatype.NS)
    zone = next((name_bytes(group.name) for group in reply.authority if group.rdtype in soa_or_ns), b"")
    authentic = bool(reply.flags & dns.flags.AD)
    authoritative = bool(reply.flags & dns.flags.AA)
    code = reply.rcode()
    if code == dns.rcode.NOERROR:
        status: Status = "found" if records else "nodata"
    elif code == dns.rcode.NXDOMAIN:
        status = "nomatch"
    elif code in (dns.rcode.SERVFAIL, dns.rcode.REFUSED, dns.rcode.NOTIMP):
        return DnsAnswer("again"), b""
    else:
        return DnsAnswer("fail"), b""
    return DnsAnswer(status, tuple(records), tuple(aliases), authentic, authoritative, zone), target
