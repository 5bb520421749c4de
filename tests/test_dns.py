"""DNS from fixtures, zone files and servers, and what the lookups dnsdb and spf make of it."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from exim_lang.errors import EximLangError, ExpansionError, UsageError
from exim_lang.expand.dns_lookup import dns_lookup, reversed_name
from exim_lang.expand.engine import expand
from exim_lang.expand.scope import Scope
from exim_lang.lists.match import match_list
from exim_lang.model.load import config_from_text
from exim_lang.taint import is_tainted
from exim_lang.world.dns import Caa, DnsAnswer, DnsRecord, Mx, Soa, Srv, Tlsa, Txt
from exim_lang.world.dns_server import DnsServer
from exim_lang.world.dns_text import answer_from_json, answer_to_json
from exim_lang.world.dns_zones import ZoneFiles
from exim_lang.world.fixtures import Fixtures, Json
from exim_lang.world.opening import open_world
from exim_lang.world.world import World

DNS = Path(__file__).parent / "cases" / "dns"
ZONES = [str(DNS / "db.example.test"), str(DNS / "2.0.192.in-addr.arpa.zone")]


def dns_cases() -> Iterator[tuple[str, str]]:
    for name in ("dnsdb.txt", "spf.txt"):
        for case in re.split(r"^> ", (DNS / name).read_text(), flags=re.MULTILINE)[1:]:
            string, _, answer = case.partition("\n")
            yield string, answer.removesuffix("\n").removesuffix("\n")


def dns_scope(world: World, text: str = "") -> Scope:
    return Scope(config_from_text(text), world, match_list=match_list)


def zone_world() -> World:
    names = ("test.again.dns A", "test.again.dns AAAA", "test.again.dns TXT", "x.test.again.dns TXT")
    again = dict.fromkeys((*names, "_client._smtp.x.test.again.dns SRV"), "again")
    failed = dict.fromkeys(("test.fail.dns A", "test.fail.dns MX"), "fail")
    absent = dict.fromkeys(("_client._smtp.192.in-addr.arpa SRV", "_client._smtp.0.192.in-addr.arpa SRV"), "nomatch")
    answers: dict[str, dict[str, Json]] = {"dns": {**again, **failed, **absent}}
    return World(dns=ZoneFiles(ZONES), fixtures=Fixtures(answers))


@pytest.mark.parametrize("string, expected", list(dns_cases()))
def test_dns_cases(string: str, expected: str) -> None:
    try:
        found = expand(string.encode(), dns_scope(zone_world())).decode()
    except ExpansionError as error:
        found = f"Failed: {error.message}"
    assert found == expected


def test_dnsdb_results_come_from_outside() -> None:
    assert is_tainted(expand(b"${lookup dnsdb{a=one.example.test}}", dns_scope(zone_world())))


def test_again_means_nonexist() -> None:
    scope = dns_scope(zone_world(), "dns_again_means_nonexist = *.again.dns\n")
    assert dns_lookup(scope, b"test.again.dns", "A").status == "nomatch"
    assert dns_lookup(dns_scope(zone_world()), b"test.again.dns", "A").status == "again"


def test_dns_answers_are_kept_as_long_as_they_live() -> None:
    class Counting:
        asked = 0

        def query(self, name: bytes, type: str) -> DnsAnswer:
            self.asked += 1
            return DnsAnswer("found", (DnsRecord(name, type, 60, b"192.0.2.1"),))

    source = Counting()
    scope = dns_scope(World(dns=source, now=1000))
    for _ in range(2):
        dns_lookup(scope, b"a.example", "A")
    assert source.asked == 1
    scope.world = World(dns=source, now=1061)
    dns_lookup(scope, b"a.example", "A")
    assert source.asked == 2


@pytest.mark.parametrize(
    "address, name",
    [
        (b"192.0.2.1", b"1.2.0.192.in-addr.arpa"),
        (b"2001:db8::1", b"1" + b".0" * 23 + b".8.b.d.0.1.0.0.2.ip6.arpa"),
    ],
)
def test_reversed_name(address: bytes, name: bytes) -> None:
    assert reversed_name(address) == name


def test_zone_files_know_only_their_zones(tmp_path: Path) -> None:
    zones = ZoneFiles(ZONES)
    assert [answer.status if (answer := zones.query(name, "A")) else None for name in (b"one.example.test", b"other.test")] == [
        "found",
        None,
    ]
    (tmp_path / "plain").write_text("Some.example 60 A 192.0.2.1\n*.any.example MX 5 mx\n")
    plain = ZoneFiles([str(tmp_path)])
    assert plain.query(b"SOME.example", "A") == DnsAnswer(
        "found", (DnsRecord(b"some.example", "A", 60, b"192.0.2.1"),), authoritative=True
    )
    found = plain.query(b"x.any.example", "MX")
    assert found is not None
    assert found.records[0].data == Mx(5, b"mx")
    assert plain.query(b"some.example", "MX") is None
    (tmp_path / "plain").write_text("no zone at all\n")
    with pytest.raises(UsageError, match="is not a zone file"):
        ZoneFiles([str(tmp_path)])


RECORDS: list[tuple[str, str, object]] = [
    ("A", "192.0.2.1", b"192.0.2.1"),
    ("AAAA", "2001:db8:0:0::1", b"2001:db8::1"),
    ("MX", "10 mx.example.com", Mx(10, b"mx.example.com")),
    ("SRV", "1 2 3 h.example", Srv(1, 2, 3, b"h.example")),
    ("SOA", "ns.x. h.x. 1 2 3 4 5", Soa(b"ns.x", b"h.x", 1, 2, 3, 4, 5)),
    ("TLSA", "3 1 0 00ff", Tlsa(3, 1, 0, b"\0\xff")),
    ("CAA", '0 issue "ca.example"', Caa(0, b"issue", b"ca.example")),
    ("TXT", '"a b" "c\\"d"', Txt((b"a b", b'c"d'))),
    ("TXT", 'no quotes; "here"', Txt((b'no quotes; "here"',))),
    ("PTR", "h.example.", b"h.example"),
]


@pytest.mark.parametrize("type, text, data", RECORDS)
def test_records(type: str, text: str, data: object) -> None:
    answer = answer_from_json(b"x.example", type, [text])
    assert [record.data for record in answer.records] == [data]
    assert answer_from_json(b"x.example", type, answer_to_json(answer)) == answer


@pytest.mark.parametrize(
    "answer, expected",
    [
        (None, DnsAnswer("nomatch")),
        ([], DnsAnswer("nodata")),
        ("again", DnsAnswer("again")),
        ({"status": "fail"}, DnsAnswer("fail")),
        (
            {"records": ["192.0.2.1"], "ttl": 5, "authentic": True, "aliases": ["b.example"]},
            DnsAnswer("found", (DnsRecord(b"a.example", "A", 5, b"192.0.2.1"),), (b"b.example",), authentic=True),
        ),
    ],
)
def test_dns_fixtures(answer: Json, expected: DnsAnswer) -> None:
    assert World(fixtures=Fixtures({"dns": {"a.example A": answer}})).dns(b"A.example.", "a") == (
        expected if not expected.records else answer_from_json(b"A.example", "A", answer)
    )


@pytest.mark.parametrize(
    "answer", ["found", "maybe", 7, {"status": "found"}, {"recrods": []}, {"status": "again", "records": ["1.2.3.4"]}]
)
def test_bad_dns_fixtures(answer: Json) -> None:
    with pytest.raises(EximLangError, match="is neither records nor a status"):
        World(fixtures=Fixtures({"dns": {"a.example A": answer}})).dns(b"a.example", "A")


def reply(query: dns.message.Message, over_tcp: bool) -> dns.message.Message | None:
    """What the test's name server says; None for nothing at all."""
    result = dns.message.make_response(query)
    name = query.question[0].name.to_text(omit_final_dot=True)
    match name.partition(".")[0]:
        case "ok":
            assert query.ednsflags & dns.flags.DO
            result.flags |= dns.flags.AD
            result.answer.append(dns.rrset.from_text(name + ".", 77, "IN", "A", "192.0.2.1"))
        case "alias":
            result.answer.append(dns.rrset.from_text(name + ".", 77, "IN", "CNAME", "ok.example."))
        case "loop":
            result.answer.append(dns.rrset.from_text(name + ".", 77, "IN", "CNAME", "loop.example."))
        case "big" if over_tcp:
            result.answer.append(dns.rrset.from_text(name + ".", 77, "IN", "A", *(f"192.0.2.{n}" for n in range(200))))
        case "big":
            result.flags |= dns.flags.TC
        case "old":
            if query.edns >= 0:
                result.set_rcode(dns.rcode.FORMERR)
            else:
                result.answer.append(dns.rrset.from_text(name + ".", 77, "IN", "A", "192.0.2.1"))
        case "nomatch":
            result.set_rcode(dns.rcode.NXDOMAIN)
            result.authority.append(dns.rrset.from_text("example.", 9, "IN", "SOA", "ns.x. h.x. 1 2 3 4 5"))
        case "servfail" | "refused" | "notimp" | "formerr" as word:
            result.set_rcode(dns.rcode.from_text(word))
        case "silence":
            return None
    return result


class _Udp(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        answer = reply(dns.message.from_wire(self.request[0]), False)
        if answer is not None:
            self.request[1].sendto(answer.to_wire(), self.client_address)


class _Tcp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        size = int.from_bytes(self.rfile.read(2), "big")
        answer = reply(dns.message.from_wire(self.rfile.read(size)), True)
        assert answer is not None
        wire = answer.to_wire(max_size=65535)
        self.wfile.write(len(wire).to_bytes(2, "big") + wire)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A name server on the loopback interface, for UDP and TCP."""
    with socketserver.TCPServer(("127.0.0.1", 0), _Tcp) as tcp:
        number: int = tcp.server_address[1]
        with socketserver.UDPServer(("127.0.0.1", number), _Udp) as udp:
            threads = [threading.Thread(target=server.serve_forever, args=(0.05,)) for server in (tcp, udp)]
            for thread in threads:
                thread.start()
            yield number
            tcp.shutdown()
            udp.shutdown()
            for thread in threads:
                thread.join()


@pytest.mark.parametrize(
    "name, status, records",
    [
        ("ok", "found", 1),
        ("alias", "found", 1),
        ("loop", "fail", 0),
        ("big", "found", 200),
        ("nodata", "nodata", 0),
        ("nomatch", "nomatch", 0),
        ("servfail", "again", 0),
        ("refused", "again", 0),
        ("notimp", "again", 0),
        ("formerr", "fail", 0),
        ("old", "found", 1),
        ("silence", "again", 0),
        ("a..b", "fail", 0),
        ("x" * 64, "fail", 0),
    ],
)
def test_server(port: int, name: str, status: str, records: int) -> None:
    answer = DnsServer("127.0.0.1", port, timeout=0.1, tries=1).query(name.encode() + b".example", "A")
    assert (answer.status, len(answer.records)) == (status, records)
    assert answer.authentic == (name in ("ok", "alias"))
    assert answer.zone == (b"example" if name == "nomatch" else b"")


def test_open_world_with_a_server(port: int) -> None:
    world = open_world(dns=f"127.0.0.1:{port}", record=True)
    answer = world.dns(b"ok.example", "A")
    assert answer.records == (DnsRecord(b"ok.example", "A", 77, b"192.0.2.1"),)
    assert world.recorder is not None
    assert World(fixtures=world.recorder).dns(b"ok.example", "A") == answer
