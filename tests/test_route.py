"""Routing by the DNS, and what ACLs and SMTP learn from it, in worlds made of a zone file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from exim_lang.cli.main import main
from exim_lang.errors import ClosedWorld
from exim_lang.expand.scope import Scope
from exim_lang.expand.state import Header
from exim_lang.expand.verification import Callout, Verified, VerifyRequest
from exim_lang.model.dialect import dialect_for
from exim_lang.model.load import config_from_text
from exim_lang.route.registry import ROUTERS
from exim_lang.route.rewrite import rewrite_message, rewrite_smtp
from exim_lang.route.scope import routed_scope
from exim_lang.route.verify import Report, follow
from exim_lang.taint import taint
from exim_lang.world.dns_zones import ZoneFiles
from exim_lang.world.fixtures import Fixtures, Json
from exim_lang.world.world import World

ZONE = str(Path(__file__).parent / "cases" / "route" / "zones" / "db.route.test")
BEHIND = "begin transports\nsmtp:\n  driver = smtp\nlocal:\n  driver = appendfile\n  file = /dev/null\n  user = nobody\n"


def make_scope(
    routers: str, main_options: str = "", answers: dict[str, dict[str, Json]] | None = None, rest: str = ""
) -> Scope:
    text = f"primary_hostname = my.test\n{main_options}\nbegin routers\n{routers}\n{BEHIND}{rest}"
    config = config_from_text(text)
    assert config.fatal is None, config.fatal
    dns: dict[str, Json] = {"again.route.test MX": "again", "slow.route.test A": "again", "slow.route.test AAAA": "again"}
    dns["slow.route.test MX"] = "nodata"
    fixtures: dict[str, dict[str, Json]] = {"dns": dns, **(answers or {})}
    world = World(dns=ZoneFiles([ZONE]), fixtures=Fixtures(fixtures), interfaces=[b"127.0.0.1", b"::1"])
    return routed_scope(config, world)


def route(scope: Scope, address: str) -> Report:
    return follow(scope, taint(address.encode()), "deliver", full=True, testing=True)


def told(report: Report) -> str:
    """What became of the address, on one line."""
    for one in report.chains.remote + report.chains.local:
        hosts = [f"{h.name.decode()}[{(h.address or b'?').decode()}]{h.mx if h.mx >= 0 else ''}" for h in one.hosts]
        hosts = [name + (f":{h.port}" if h.port != -1 else "") for name, h in zip(hosts, one.hosts, strict=True)]
        return " ".join([one.address.decode(), *hosts])
    return f"{report.status}: {(report.events[0][0].message or b'').decode()}"


DNSLOOKUP = "r:\n  driver = dnslookup\n  transport = smtp\n"


@pytest.mark.parametrize(
    "options, domain, expected",
    [
        ("", "plain", "x@plain.route.test plain.route.test[192.0.2.1]"),
        ("", "both", "x@both.route.test both.route.test[2001:db8::2] both.route.test[192.0.2.2]"),
        ("ipv4_prefer = yes", "both", "x@both.route.test both.route.test[192.0.2.2] both.route.test[2001:db8::2]"),
        ("ipv4_only = yes", "both", "x@both.route.test both.route.test[192.0.2.2]"),
        (
            "",
            "two",
            "x@two.route.test plain.route.test[192.0.2.1]10 both.route.test[2001:db8::2]20 both.route.test[192.0.2.2]20",
        ),
        ("", "gone", "fail: all relevant MX records point to non-existent hosts"),
        ("", "somegone", "x@somegone.route.test nothing.route.test[?]5 plain.route.test[192.0.2.1]6"),
        ("", "null", "fail: an MX or SRV record indicated no SMTP service"),
        ("", "ip", "fail: all relevant MX records point to non-existent hosts or (invalidly) to IP addresses"),
        ("", "again", "defer: host lookup did not complete"),
        ("", "slow", "defer: host lookup did not complete"),
        ("mx_fail_domains = *\n  self = send", "again", "fail: Unrouteable address"),
        ("", "onlytxt", "fail: Unrouteable address"),
        ("", "nosuch", "fail: Unrouteable address"),
        ("fail_defer_domains = *", "nosuch", "defer: missing MX, or all MXs point to missing A records, and defer requested"),
        ("", "lowest", "defer: lowest numbered MX record points to local host"),
        ("self = send", "lowest", "x@lowest.route.test here.route.test[127.0.0.1]5"),
        ("self = fail", "here", "fail: remote host address is the local host"),
        ("self = reroute: plain.route.test", "here", "x@plain.route.test plain.route.test[192.0.2.1]"),
        ("", "second", "x@second.route.test plain.route.test[192.0.2.1]5"),
        ("check_secondary_mx", "second", "x@second.route.test plain.route.test[192.0.2.1]5"),
        ("check_secondary_mx", "two", "fail: Unrouteable address"),
        ("mx_domains = *", "plain", "fail: Unrouteable address"),
        ("ignore_target_hosts = 192.0.2.1", "plain", "fail: Unrouteable address"),
        ("ignore_target_hosts = 192.0.2.1", "two", "x@two.route.test both.route.test[2001:db8::2]20"),
        ("check_srv = smtp", "srv", "x@srv.route.test plain.route.test[192.0.2.1]10:2525 both.route.test[2001:db8::2]20:2526"),
        ("widen_domains = sub.route.test", "wide", "x@wide.sub.route.test wide.sub.route.test[192.0.2.9]"),
    ],
)
def test_dnslookup(options: str, domain: str, expected: str) -> None:
    name = "wide" if domain == "wide" else f"{domain}.route.test"
    answers: dict[str, dict[str, Json]] = {}
    if domain == "wide":
        answers = {"dns": {"wide MX": "nomatch"}}
    got = told(route(make_scope(DNSLOOKUP + f"  {options}\n", answers=answers), f"x@{name}"))
    assert got == expected or got.startswith(expected + " both")


def test_manualroute_by_mx_and_by_name() -> None:
    router = "r:\n  driver = manualroute\n  transport = smtp\n  route_list = * two.route.test/MX:v6.route.test::26\n"
    got = told(route(make_scope(router), "x@anything.test"))
    assert got.endswith("both.route.test[192.0.2.2]20 v6.route.test[2001:db8::1]:26")
    router = router.replace("two.route.test/MX:v6.route.test::26", "nosuch.route.test") + "  host_find_failed = decline\n"
    assert told(route(make_scope(router), "x@anything.test")) == "fail: Unrouteable address"


def verify(scope: Scope, address: bytes, request: VerifyRequest) -> Verified:
    return scope.verify_address(scope, taint(address), request)


def test_verification_tells_what_routing_found() -> None:
    routers = (
        "bad:\n  driver = redirect\n  local_parts = bad\n  allow_fail\n  data = :fail: 550 no such user\n"
        "one:\n  driver = redirect\n  local_parts = one\n  address_data = parent\n  data = good\n"
        "many:\n  driver = redirect\n  local_parts = many\n  data = bad, bad2\n"
        "good:\n  driver = accept\n  local_parts = good\n  address_data = the child\n  transport = local\n"
    )
    scope = make_scope(routers, "qualify_domain = my.test")
    answer = verify(scope, b"bad@my.test", VerifyRequest())
    assert (answer.status, answer.user_message, answer.failure) == ("fail", b"550 no such user", "route")
    assert answer.pass_message
    assert verify(scope, b"one@my.test", VerifyRequest()).address_data == b"the child"
    early = verify(scope, b"one@my.test", VerifyRequest(success_on_redirect=True))
    assert (early.status, early.address_data) == ("ok", b"parent")
    assert verify(scope, b"many@my.test", VerifyRequest()).status == "ok"
    assert verify(scope, b"nobody@my.test", VerifyRequest("sender")).log_message == b"Unrouteable address"
    assert verify(scope, b"unqualified", VerifyRequest()).failure == "qualify"
    assert scope.address is None


def test_a_callout_is_not_made() -> None:
    scope = make_scope(DNSLOOKUP, answers={"verify": {"callout recipient y@plain.route.test": {"fail": "refused"}}})
    with pytest.raises(ClosedWorld, match="callout recipient x@plain"):
        verify(scope, b"x@plain.route.test", VerifyRequest(callout=Callout()))
    assert verify(scope, b"y@plain.route.test", VerifyRequest(callout=Callout())).status == "fail"


def test_the_sender_is_empty_while_it_is_verified() -> None:
    scope = make_scope("r:\n  driver = accept\n  address_data = <$sender_address> $verify_mode\n  transport = local\n")
    scope.message.sender = taint(b"me@my.test")
    assert verify(scope, b"me@my.test", VerifyRequest("sender")).address_data == b"<> S"
    assert verify(scope, b"me@my.test", VerifyRequest()).address_data == b"<me@my.test> R"
    assert scope.message.sender == b"me@my.test"


def test_queryprogram() -> None:
    router = "r:\n  driver = queryprogram\n  command = /bin/where $local_part\n  command_user = nobody\n  transport = smtp\n"
    answers: dict[str, Json] = {
        "/bin/where a": {"output": "ACCEPT hosts=192.0.2.1:192.0.2.2 data=\"rule 1\"\n", "status": 0},
        "/bin/where b": {"output": "fail no such user\n", "status": 0},
        "/bin/where c": {"output": "redirect a@my.test\n", "status": 0},
        "/bin/where d": {"output": "nonsense\n", "status": 0},
    }
    scope = make_scope(router, answers={"run": answers})
    assert told(route(scope, "a@my.test")) == "a@my.test 192.0.2.1[192.0.2.1] 192.0.2.2[192.0.2.2]"
    assert told(route(scope, "b@my.test")) == "fail: no such user"
    assert told(route(scope, "c@my.test")).startswith("a@my.test 192.0.2.1")
    assert route(scope, "d@my.test").status == "defer"
    with pytest.raises(ClosedWorld):
        route(scope, "e@my.test")


def test_iplookup() -> None:
    router = "r:\n  driver = iplookup\n  hosts = 192.0.2.1\n  port = 99\na:\n  driver = accept\n  transport = local\n"
    calls: dict[str, Json] = {"udp 192.0.2.1:99 a@my.test a@my.test": "b@my.test a@my.test"}
    calls["udp 192.0.2.1:99 b@my.test b@my.test"] = "wrong answer"
    scope = make_scope(router, answers={"iplookup": calls})
    assert told(route(scope, "a@my.test")) == "b@my.test"
    with pytest.raises(ClosedWorld, match="router r asks"):
        route(scope, "c@my.test")


def test_rewriting_of_messages_and_commands() -> None:
    rules = 'begin rewrite\n*@old.test $1@new.test\nhead@my.test changed@my.test f\n^(?i)<(.*)!(.*)> <$2@$1> S\n'
    scope = make_scope("r:\n  driver = accept\n  transport = local\n", rest=rules)
    assert rewrite_smtp(scope, b"<my.test!joe>") == b"<joe@my.test>"
    message = scope.message
    message.sender, message.recipients = taint(b"a@old.test"), [taint(b"head@my.test"), taint(b"b@old.test")]
    message.headers = [
        Header(b"From: Head <head@my.test>\n", "F"),
        Header(b"To: a@old.test, b@my.test\n", "T"),
        Header(b"Subject: a@old.test\n"),
    ]
    rewrite_message(scope)
    assert (message.sender, message.recipients) == (b"a@new.test", [b"head@my.test", b"b@new.test"])
    assert [header.text for header in message.headers] == [
        b"From: Head <changed@my.test>\n",
        b"To: a@new.test, b@my.test\n",
        b"Subject: a@old.test\n",
    ]


def test_every_router_driver_is_there() -> None:
    assert list(ROUTERS) == ["accept", "dnslookup", "ipliteral", "iplookup", "manualroute", "queryprogram", "redirect"]


def test_command_route(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "exim.conf"
    path.write_text(f"begin routers\nno:\n  driver = accept\n  local_parts = other\n  transport = local\n{DNSLOOKUP}{BEHIND}")
    assert main(["route", str(path), "--dns", ZONE, "x@plain.route.test"]) == 0
    assert capfd.readouterr().out.splitlines() == [
        "x@plain.route.test",
        "  no: skipped: local_parts mismatch",
        "  r: ok",
        "  => transport smtp",
        "     host plain.route.test [192.0.2.1]",
    ]
    assert main(["route", str(path), "--json", "--dns", ZONE, "x@nosuch.route.test"]) == 1
    (answer,) = json.loads(capfd.readouterr().out)
    assert (answer["status"], answer["visited"][0]["message"]) == ("fail", "Unrouteable address")
    assert main(["route", str(path), "@"]) == 2


def test_addresses_of_hosts_are_translated() -> None:
    router = (
        "r:\n  driver = manualroute\n  route_list = * 198.51.100.1:198.51.100.2\n  transport = smtp\n"
        "  translate_ip_address = ${if eq{$host_address}{198.51.100.1}{203.0.113.9}fail}\n"
    )
    broken = router.replace("${if eq{$host_address}{198.51.100.1}{203.0.113.9}fail}", "${foo")
    usual = dialect_for("")
    dialect = replace(usual, build=replace(usual.build, support=usual.build.support | {"translate_ip_address"}))
    answers = []
    for text in (router, broken):
        config = config_from_text(f"primary_hostname = my.test\nbegin routers\n{text}\n{BEHIND}", dialect=dialect)
        assert config.fatal is None, config.fatal
        answers.append(told(route(routed_scope(config, World(dns=ZoneFiles([ZONE]))), "x@y.test")))
    assert answers[0] == "x@y.test 198.51.100.1[203.0.113.9] 198.51.100.2[198.51.100.2]"
    assert answers[1].startswith("defer: translate_ip_address expansion failed: ")


def test_an_errors_address_must_verify() -> None:
    router = (
        "ours:\n  driver = accept\n  domains = my.test\n  local_parts = owner : list\n  transport = local\n"
        "r:\n  driver = accept\n  domains = y.test\n  errors_to = {}\n  transport = local\n"
    )
    for errors_to, expected in (("owner@my.test", b"owner@my.test"), ("nobody@my.test", None), ("", b"")):
        report = route(make_scope(router.format(errors_to)), "x@y.test")
        assert report.chains.local[0].errors_to == expected
