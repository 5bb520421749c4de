"""DNS queries to a server: over UDP, over TCP when the answer was cut, with EDNS and the DO bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.world.dns import DnsAnswer, DnsRecord

if TYPE_CHECKING:
    import dns.message

TIMEOUT = 5.0
"""Seconds to wait for one answer (Exim: `dns_retrans`)."""
TRIES = 2
"""How often a server is asked before it counts as not answering (Exim: `dns_retry`)."""


class DnsServer:
    """One server."""

    def __init__(self, address: str, port: int = 53, timeout: float = TIMEOUT, tries: int = TRIES) -> None:
        self.address = address
        self.port = port
        self.timeout = timeout
        self.tries = tries

    def query(self, name: bytes, type: str) -> DnsAnswer:
        """Asks; a server that does not answer, or refuses to, is the status "again"."""
        import dns.exception  # noqa: PLC0415 -- 85 ms that only DNS queries pay for
        import dns.message  # noqa: PLC0415
        import dns.query  # noqa: PLC0415
        import dns.rdatatype  # noqa: PLC0415

        from exim_lang.world.dns_text import wire_name  # noqa: PLC0415

        try:
            question = wire_name(name)
        except dns.exception.DNSException:  # an empty or too long label: the resolver library does not even ask
            return DnsAnswer("fail")
        message = dns.message.make_query(question, dns.rdatatype.from_text(type), want_dnssec=True)
        message.flags |= dns.flags.AD
        for _ in range(self.tries):
            try:
                reply, _tcp = dns.query.udp_with_fallback(
                    message, self.address, timeout=self.timeout, port=self.port, ignore_unexpected=True
                )
            except (OSError, EOFError, dns.exception.DNSException):
                continue
            return read_reply(name, type, reply)
        return DnsAnswer("again")


class SystemDns:
    """The servers of /etc/resolv.conf, one after another until one answers."""

    def __init__(self) -> None:
        self._servers: list[DnsServer] | None = None

    def query(self, name: bytes, type: str) -> DnsAnswer:
        """Asks the system's name servers."""
        if self._servers is None:
            import dns.resolver  # noqa: PLC0415 -- see above

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


def read_reply(name: bytes, type: str, reply: dns.message.Message) -> DnsAnswer:
    """What a reply means, judged as the C library's resolver does."""
    import dns.flags  # noqa: PLC0415 -- loaded by whoever got the reply
    import dns.rcode  # noqa: PLC0415
    import dns.rdatatype  # noqa: PLC0415

    from exim_lang.world.dns_text import name_bytes, simple_data  # noqa: PLC0415

    wanted = dns.rdatatype.from_text(type)
    records: list[DnsRecord] = []
    aliases: list[bytes] = []
    for group in reply.answer:
        if group.rdtype == dns.rdatatype.CNAME and wanted != dns.rdatatype.CNAME:
            aliases.append(name_bytes(group.name))
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
        return DnsAnswer(
            "found" if records else "nodata", tuple(records), tuple(aliases), authentic, authoritative, zone
        )
    if code == dns.rcode.NXDOMAIN:
        return DnsAnswer("nomatch", (), tuple(aliases), authentic, authoritative, zone)
    if code in (dns.rcode.SERVFAIL, dns.rcode.REFUSED, dns.rcode.NOTIMP):
        return DnsAnswer("again")
    return DnsAnswer("fail")
