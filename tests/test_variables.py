"""The variables: cases with the installed Exim, the names that Exim 4.99 has, and those that only a session fills."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from pathlib import Path

import pytest

from exim_lang.errors import ClosedWorld, EximLangError, ExpansionError
from exim_lang.expand.clock import zone
from exim_lang.expand.engine import expand
from exim_lang.expand.registry import VARIABLES
from exim_lang.expand.scope import Scope
from exim_lang.expand.state import AddedHeader, Address
from exim_lang.taint import Tainted, is_tainted
from exim_lang.world.fixtures import Fixtures, Json
from exim_lang.world.world import World
from tests.be_cases import CASES, Case, config_of, printed_by_exim, printed_here, read_cases, scope_of

CONFIG = (
    "primary_hostname = host.example.com\nqualify_domain = example.com\n"
    "spool_directory = /var/spool/exim4\nlocalhost_number = 7\n"
    "exim_user = 102\nexim_group = 105\n"
)
ACL = (
    "begin acl\nargs:\n  accept message = $acl_narg:$acl_arg5:$acl_arg6:$acl_arg7:$acl_arg8${if def:acl_arg9{:$acl_arg9}}\n"
)
NEWER = CASES / "variables" / "newer.txt"
FILES = sorted({*(CASES / "variables").glob("*.txt")} - {NEWER})
ALL = [case for path in [*FILES, NEWER] for case in read_cases(path)]
NAMES = (CASES / "variables" / "names").read_text("ascii").split()


def scope_with(**options: str) -> Scope:
    return scope_of(config_of(CONFIG + "".join(f"{name} = {value}\n" for name, value in options.items())))


def value(scope: Scope, text: str) -> str:
    return expand(text, scope).decode("latin-1")


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.place)
def test_cases(case: Case) -> None:
    assert printed_here(config_of(CONFIG + ACL), case) == case.expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_exim_prints_the_same(path: Path, tmp_path: Path) -> None:
    conf = tmp_path / "conf"
    conf.write_text(CONFIG + ACL)
    for flags, group in groupby(read_cases(path), key=lambda case: case.flags):
        cases = list(group)
        expected = [case.expected for case in cases]
        assert printed_by_exim(conf, [case.expression for case in cases], flags) == expected


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_known(name: str) -> None:
    entry = VARIABLES.get(name)
    assert entry is not None
    scope = scope_with()
    scope.world = World(fixtures=Fixtures({"space": {"/var/spool/exim4": [10, 2], "/var/spool/exim4/log": [11, 3]}}))
    scope.process.exim_uid = scope.process.exim_gid = 77
    if name == "dkim_verify_signers" or name.rstrip("0123456789") in ("n", "sn"):
        with pytest.raises(ExpansionError, match=f'unknown variable name "{name}"'):
            entry.function(scope)
    else:
        found = entry.function(scope)
        assert found is None or isinstance(found, bytes)


def test_tainted_when_they_come_from_outside() -> None:
    scope = scope_with()
    facts = ("dnslist_text", "dnslist_matched", "mime_filename", "dkim_domain", "spf_received", "malware_name")
    for name in facts:
        scope.message.facts[name] = b"x"
        assert is_tainted(expand(f"${name}", scope)), name
    scope.message.facts["dnslist_value"] = b"127.0.0.2"
    scope.connection.host_address = b"192.0.2.1"
    scope.connection.helo_name = Tainted(b"me")
    for name in ("sender_fullhost", "sender_rcvhost", "sender_helo_name"):
        assert is_tainted(expand(f"${name}", scope)), name
    for name in ("sender_host_address", "dnslist_value", "tod_full", "primary_hostname", "smtp_command_history"):
        assert not is_tainted(expand(f"${name}", scope)), name


@pytest.mark.parametrize(
    "selector, address, port, name, helo, ident, full, received",
    [
        ("", "10.0.0.1", 99, None, None, None, "[10.0.0.1]", "[10.0.0.1]"),
        ("", "10.0.0.1", 99, None, "me", None, "(me) [10.0.0.1]", "[10.0.0.1] (helo=me)"),
        ("", "10.0.0.1", 99, None, "[10.0.0.1]", None, "([10.0.0.1]) [10.0.0.1]", "[10.0.0.1]"),
        ("", "10.0.0.1", 99, None, "me", "ann", "(me) [10.0.0.1]", "[10.0.0.1] (helo=me ident=ann)"),
        ("", "2001:db8::1", 9, None, "[IPv6:2001:DB8::0:1]", None, "([IPv6:2001:DB8::0:1]) [2001:db8::1]", "[2001:db8::1]"),
        ("", "10.0.0.1", 0, "m.ex", "me", None, "m.ex (me) [10.0.0.1]", "m.ex ([10.0.0.1] helo=me)"),
        ("", "10.0.0.1", 9, "m.ex", "M.EX", "ann", "m.ex [10.0.0.1]", "m.ex ([10.0.0.1] ident=ann)"),
        ("", "10.0.0.1", 9, "m.ex", "me", "ann", "m.ex (me) [10.0.0.1]", "m.ex\n\t([10.0.0.1] helo=me ident=ann)"),
        ("+incoming_port", "10.0.0.1", 9, None, "me", None, "(me) [10.0.0.1]:9", "[10.0.0.1] (port=9 helo=me)"),
        ("+incoming_port", "10.0.0.1", 9, "m.ex", "[10.0.0.1]", None, "m.ex [10.0.0.1]:9", "m.ex ([10.0.0.1]:9)"),
        ("+all -incoming_port", "10.0.0.1", 9, None, None, None, "[10.0.0.1]", "[10.0.0.1]"),
    ],
)
def test_how_a_client_is_written(
    selector: str, address: str, port: int, name: str | None, helo: str | None, ident: str | None, full: str, received: str
) -> None:
    scope = scope_with(log_selector=selector)
    connection = scope.connection
    connection.host_address, connection.host_port = address.encode(), port
    connection.host_name = name.encode() if name else None
    connection.helo_name = helo.encode() if helo else None
    connection.ident = ident.encode() if ident else None
    assert value(scope, "$sender_fullhost") == full
    assert value(scope, "$sender_rcvhost") == received


DNS: dict[str, Json] = {
    "1.2.0.192.in-addr.arpa PTR": ["Good.example.", "alias.example.", "bad.example."],
    "good.example A": ["192.0.2.1"],
    "good.example AAAA": "nodata",
    "alias.example A": ["192.0.2.7", "192.0.2.1"],
    "alias.example AAAA": "nodata",
    "bad.example A": ["192.0.2.7"],
    "bad.example AAAA": "nodata",
    "2.2.0.192.in-addr.arpa PTR": "nomatch",
    "3.2.0.192.in-addr.arpa PTR": "again",
    "4.2.0.192.in-addr.arpa PTR": ["bad.example."],
    "5.2.0.192.in-addr.arpa PTR": ["slow.example."],
    "slow.example A": "again",
    "slow.example AAAA": "nodata",
    "6.2.0.192.in-addr.arpa PTR": ["il*legal.example."],
    "7.2.0.192.in-addr.arpa PTR": ["un_der.example."],
    "un_der.example A": ["192.0.2.7"],
    "un_der.example AAAA": "nodata",
}


@pytest.mark.parametrize(
    "address, name, failed, deferred",
    [
        ("192.0.2.1", "good.example", "0", "0"),
        ("192.0.2.2", "", "1", "0"),
        ("192.0.2.3", "", "0", "1"),
        ("192.0.2.4", "", "1", "0"),
        ("192.0.2.5", "", "0", "1"),
        ("192.0.2.6", "", "1", "0"),
        ("192.0.2.7", "un_der.example", "0", "0"),
    ],
)
def test_host_names(address: str, name: str, failed: str, deferred: str) -> None:
    scope = scope_with(host_lookup_order="bydns")
    scope.world = World(fixtures=Fixtures({"dns": dict(DNS)}))
    scope.connection.host_address = address.encode()
    assert value(scope, "<$sender_host_name>") == f"<{name}>"
    assert value(scope, "$host_lookup_failed$host_lookup_deferred") == failed + deferred


def test_host_names_are_looked_up_once_and_have_aliases() -> None:
    scope = scope_with(host_lookup_order="bydns")
    scope.world = World(fixtures=Fixtures({"dns": dict(DNS)}))
    scope.connection.host_address = b"192.0.2.1"
    expand("$sender_host_name", scope)
    assert scope.connection.host_aliases == (b"alias.example",)
    assert is_tainted(scope.connection.host_name or b"")
    scope.world = World()
    assert expand("$sender_host_name", scope) == b"good.example"


def test_host_names_by_address() -> None:
    scope = scope_with(host_lookup_order="byaddr")
    hosts = "192.0.2.1  Good.example alias.example # two names\n"
    scope.world = World(fixtures=Fixtures({"dns": dict(DNS), "file": {"/etc/hosts": hosts}}))
    scope.connection.host_address = b"192.0.2.1"
    assert expand("$sender_host_name", scope) == b"good.example"
    scope = scope_with(host_lookup_order="byaddr")
    scope.world = World(fixtures=Fixtures({"dns": dict(DNS), "file": {"/etc/hosts": None}}))
    scope.connection.host_address = b"192.0.2.2"
    assert expand("$sender_host_name", scope) == b""
    assert scope.connection.host_lookup_message == b" (failed to find host name from IP address)"
    assert ("main", "no host name found for IP address 192.0.2.2") in scope.log


def test_host_names_stay_closed() -> None:
    scope = scope_with()
    scope.connection.host_address = b"192.0.2.1"
    with pytest.raises(ClosedWorld):
        expand("$sender_host_name", scope)


def test_time_of_day() -> None:
    scope = scope_with(timezone="EST5")
    scope.world = World(now=1046188823.25)
    assert value(scope, "$tod_full|$tod_bsdinbox|$tod_zone") == (
        "Tue, 25 Feb 2003 11:00:23 -0500|Tue Feb 25 11:00:23 2003|-0500"
    )
    assert value(scope, "$tod_log|$tod_logfile|$tod_zulu") == "2003-02-25 11:00:23|20030225|20030225160023Z"
    assert value(scope, "$tod_epoch|$tod_epoch_l") == "1046188823|1046188823250000"
    precise = scope_with(timezone="UTC", log_timezone="true", log_selector="+millisec")
    precise.world = World(now=1046188823.25)
    assert value(precise, "$tod_log") == "2003-02-25 16:00:23.250 +0000"


def test_time_zones() -> None:
    for name, hours in (("utc", 0), ("JST-9", 9), ("<+03>-03", 3), ("Nowhere", 0)):
        there = zone(name)
        assert there is not None
        assert there.utcoffset(None) == timedelta(hours=hours)
    assert zone("") is None
    with pytest.raises(EximLangError, match="is not known"):
        zone("AAA3BBB,M3.2.0,M11.1.0")


def test_message_variables() -> None:
    scope = scope_with()
    message = scope.message
    message.recipients = [Tainted(b"a@b"), Tainted(b"c:d@e")]
    assert value(scope, "<$recipients><$recipients_list>$recipients_count") == "<><>2"
    message.recipients_visible = True
    assert value(scope, "<$recipients><$recipients_list>") == "<a@b, c:d@e><a@b:c::d@e>"
    message.recipients_visible = False
    scope.where = "DATA"
    assert value(scope, "<$recipients>") == "<a@b, c:d@e>"
    scope.connection.command_history = [b"EHLO"]
    assert value(scope, "$message_size") == "-1"
    message.declared_size = 99
    assert value(scope, "$message_size") == "99"
    message.received, message.size = True, 1234
    assert value(scope, "$message_size") == "1234"
    message.body = b"one\ntwo\0\n" + b"x" * 600 + b"end\n"
    assert value(scope, "${length_9:$message_body}|${strlen:$message_body}") == "one two  |500"
    assert value(scope, "${substr_-4_4:$message_body_end}|$message_body_size") == "end |613"
    assert value(scope, "$body_linecount $body_zerocount") == "3 1"
    message.added_headers = [AddedHeader(b"X-A: b\n"), AddedHeader(b"X-C: d\n e\n", "top")]
    assert value(scope, "$headers_added") == "X-A: b\nX-C: d\n\n e"
    newlines = scope_with(message_body_newlines="true", message_body_visible="5")
    newlines.message.body = b"a\nb\nc\nd\n"
    assert value(newlines, "$message_body|$message_body_end") == "a\nb\nc|\nc\nd\n"


def test_address_variables() -> None:
    scope = scope_with()
    original = Address(b"List", b"example.com", prefix=b"owner-")
    child = Address(b"ann", b"example.org", parent=original, original=original, home=b"/home/ann")
    child.router_variables["x"] = b"y"
    scope.address = child
    assert value(scope, "$local_part@$domain $original_local_part@$original_domain $parent_domain") == (
        "ann@example.org owner-List@example.com example.com"
    )
    assert value(scope, "$home $r_x <$r_z> $local_user_uid") == "/home/ann y <> 4294967295"


def test_strict_acl_variables() -> None:
    assert value(scope_with(), "<$acl_c0><$acl_m_x>") == "<><>"
    strict = scope_with(strict_acl_vars="true")
    with pytest.raises(ExpansionError, match='unknown variable name "acl_c0"'):
        expand("$acl_c0", strict)
    with pytest.raises(ExpansionError, match=r'unknown variable "acl_c0" after "def:" \(strict_acl_vars is set\)'):
        expand("${if def:acl_c0{yes}{no}}", strict)
    strict.connection.acl_c["0"] = b"set"
    assert expand("${if def:acl_c0{yes}{no}}", strict) == b"yes"
    assert expand("$acl_c0", strict) == b"set"


def test_counters_of_filters() -> None:
    scope = scope_with()
    scope.process.filter_counters = list(range(10))
    assert value(scope, "$n0$n9$sn3") == "090"


def test_free_space() -> None:
    scope = scope_with()
    with pytest.raises(ClosedWorld):
        expand("$spool_space", scope)
    scope.world = World(fixtures=Fixtures({"space": {"/var/spool/exim4": [10, 2], "/var/spool/exim4/log": [11, 3]}}))
    assert value(scope, "$spool_space $spool_inodes $log_space $log_inodes") == "10 2 11 3"


def test_what_is_set_by_name_wins() -> None:
    scope = scope_with()
    scope.variables["spool_space"] = b"5"
    assert value(scope, "$spool_space") == "5"
