"""Lookups on real servers: what Exim says of the same server, what goes wrong, what is recorded and replayed."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from exim_lang.errors import EximLangError
from exim_lang.expand.scope import Scope
from exim_lang.lists.match import match_list
from exim_lang.model.dialect import dialect_for
from exim_lang.model.load import config_from_text
from exim_lang.search.search import SearchDeferred, find, parse_lookup_type
from exim_lang.world.fixtures import Fixtures
from exim_lang.world.world import World
from tests.servers import DIRECTORY, RealServer, free_port, redis_server
from tests.servers_helper import Proxy, answer, exim_says, live_world, placed, replayed, scope_for, settings

pytestmark = pytest.mark.xdist_group("servers")

CASES = DIRECTORY.parent
ASK = {
    "redis": "${lookup redis{echo WORD}}",
    "mysql": "${lookup mysql{select 'WORD'}}",
    "pgsql": "${lookup pgsql{select 'WORD'}}",
    "ldap": "${lookup ldap{ldap:///o=test?o?sub?(|(o=WORD)(o=test))}}",
}
COMPARED = ("mysql", "pgsql", "ldap")
Server = Callable[[str], RealServer]


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Server:
    """The running server of a kind."""

    def get(kind: str) -> RealServer:
        found = request.getfixturevalue(f"{kind}_server")
        assert isinstance(found, RealServer)
        return found

    return get


@pytest.fixture
def proxy(server: Server) -> Iterator[Callable[[str], Proxy]]:
    made: list[Proxy] = []

    def make(kind: str) -> Proxy:
        made.append(Proxy(server(kind).port))
        return made[-1]

    yield make
    for each in made:
        each.close()


def strings(kind: str, place: RealServer) -> list[str]:
    lines = (CASES / f"{kind}.txt").read_text("utf-8").splitlines()
    return [placed(line, place) for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("kind", COMPARED)
def test_values_are_what_exim_says(kind: str, server: Server, server_folder: Path) -> None:
    place = server(kind)
    wanted = strings(kind, place)
    expected = exim_says(server_folder, settings(kind, place.port), wanted)
    scope = scope_for(kind, place.port)
    wrong = []
    for string, exim in zip(wanted, expected, strict=True):
        found = answer(scope, string)
        if found != exim:
            wrong.append(f"{string}\n  Exim {exim!r}\n  here {found!r}")
    assert not wrong, "\n".join(wrong)
    again = replayed(scope)
    for string, exim in zip(wanted, expected, strict=True):
        assert answer(again, string) == exim


def unquoted(reason: str) -> str:
    """The reason of a deferral as 4.96 shows it."""
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], reason)


def option_cases(kind: str) -> list[tuple[str, str]]:
    """The main options and strings of one kind in options.txt."""
    here, setting = "", ""
    found: list[tuple[str, str]] = []
    for line in (CASES / "options.txt").read_text("utf-8").splitlines():
        match line[:2]:
            case "% ":
                here = line[2:]
            case "= ":
                setting = line[2:].replace("\\n", "\n")
            case "> " if here == kind:
                found.append((setting, line[2:]))
            case _:
                pass
    return found


@pytest.mark.parametrize("kind", [*COMPARED, "sqlite"])
def test_names_of_servers(kind: str, server: Server, server_folder: Path) -> None:
    place = server(kind if kind != "sqlite" else "ldap")
    file = server_folder / "options.db"
    if not file.exists():
        with closing(sqlite3.connect(file)) as database:
            database.executescript("create table t(a); insert into t values ('x')")
    cases = option_cases(kind)
    assert cases
    wrong = []
    for setting, string in ((placed(each.replace("DB", str(file)), place) for each in case) for case in cases):
        (exim,) = exim_says(server_folder, setting + "\n", [string])
        scope = Scope(config_from_text(setting + "\n", dialect=dialect_for("4.96")), live_world(), match_list=match_list)
        found = answer(scope, string)
        scope.world.close()
        exim = re.sub(r'(gave DEFER: )"(.*)"$', lambda match: match[1] + unquoted(match[2]), exim)
        if found != exim:
            wrong.append(f"{setting}\n{string}\n  Exim {exim!r}\n  here {found!r}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("kind, string", [("mysql", "{servers=a/b/c/d; select 1}"), ("pgsql", "{servers=a/b/c/d;select 1}")])
def test_servers_in_front_of_a_query_are_old(kind: str, string: str) -> None:
    for version, warned in (("4.96", False), ("4.97", False), ("4.98", True), ("4.99", True)):
        world = World(fixtures=Fixtures({kind: {"select 1": "1"}}))
        scope = Scope(config_from_text("", dialect=dialect_for(version)), world, match_list=match_list)
        assert answer(scope, f"${{lookup {kind}{string}}}") == "1"
        assert scope.log == ([("main", "WARNING: obsolete syntax used for lookup")] if warned else [])


@pytest.mark.parametrize(
    "option, string, expected",
    [
        ("127.0.0.1::PORT//", "{echo a}", "a"),
        ("<; 127.0.0.1:PORT//", "{echo a}", "a"),
        ("127.0.0.1::1// : 127.0.0.1::PORT//", "{echo a}", "a"),
        ("(SOCKET)//", "{echo a}", "a"),
        ("(SOCKET)/3/", "{echo a}", "a"),
        ("127.0.0.1::PORT//", ",servers=127.0.0.1::PORT{echo a}", "a"),
        ("127.0.0.1::PORT//", ",servers=127.0.0.1::1//:127.0.0.1::PORT{echo a}", "a"),
        ("127.0.0.1::PORT", "{echo a}", 'REDIS|Redis server "127.0.0.1:PORT" not found in redis_servers'),
        ("", "{echo a}", 'gave DEFER: ""'),
    ],
)
@pytest.mark.parametrize("hidden", ["", "hide "])
def test_names_of_redis_servers(hidden: str, option: str, string: str, expected: str, server: Server) -> None:
    place = server("redis")
    config = config_from_text(placed(f"{hidden}redis_servers = {option}\n", place))
    assert not config.problems
    scope = Scope(config, live_world(), match_list=match_list)
    found = answer(scope, placed("${lookup redis" + string + "}", place)).replace('\\"', '"')
    scope.world.close()
    assert found == expected or placed(expected.rpartition("|")[2], place) in found


def test_redis(server: Server) -> None:
    place = server("redis")
    scope = scope_for("redis", place.port)
    cases = re.split(r"^> ", (CASES / "redis.txt").read_text("utf-8"), flags=re.MULTILINE)[1:]
    parted = [case.partition("\n") for case in cases]
    pairs = [(placed(string, place), value.removesuffix("\n").removesuffix("\n")) for string, _, value in parted]
    assert [answer(scope, string) for string, _ in pairs] == [expected for _, expected in pairs]
    again = replayed(scope)
    assert [answer(again, string) for string, _ in pairs] == [expected for _, expected in pairs]


@pytest.mark.parametrize("kind", COMPARED)
def test_wrong_password(kind: str, server: Server, server_folder: Path) -> None:
    place = server(kind)
    config = settings(kind, place.port).replace("secret", "wrong")
    string = ASK[kind].replace("WORD", "a")
    if kind == "ldap":
        string = string.replace("{ldap:", '{user="cn=admin,o=test" pass=wrong ldap:')
    scope = scope_for(kind, place.port)
    named = f"{kind},servers=127.0.0.1::{place.port}/mail/exim/wrong" if kind != "ldap" else kind
    found = answer(scope, string.replace(f"lookup {kind}", f"lookup {named}"))
    assert [found] == exim_says(server_folder, config, [string])
    assert re.search("(?i)access denied|authentication failed|invalid credentials", found)


def test_redis_with_a_password(server_folder: Path) -> None:
    running = redis_server(server_folder / "locked", "--requirepass", "key")
    try:
        scope = scope_for("redis", running.port)
        place = f"127.0.0.1::{running.port}"
        assert "NOAUTH Authentication required." in answer(scope, "${lookup redis{ping}}")
        assert "NOAUTH" in answer(scope, f"${{lookup redis,servers={place}/1/wrong{{ping}}}}")
        assert answer(scope, f"${{lookup redis,servers={place}/2/key{{ping}}}}") == "PONG"
    finally:
        running.stop()
        scope.world.close()


MESSAGES = {
    "redis": "REDIS: query failed: Server closed the connection\\n",
    "mysql": "MYSQL: query failed: Lost connection to server during query\\n",
    "pgsql": "PGSQL: query failed: server closed the connection unexpectedly",
    "ldap": "ldap_result failed: -1, Can't contact LDAP server",
}


@pytest.mark.parametrize("kind", sorted(ASK))
def test_cut_in_mid_query(kind: str, proxy: Callable[[str], Proxy], server_folder: Path) -> None:
    between = proxy(kind)
    scope = scope_for(kind, between.port)
    good, bad = ASK[kind].replace("WORD", "test"), ASK[kind].replace("WORD", "cut_here")
    assert answer(scope, good) == "test"
    failed = answer(scope, bad)
    assert "gave DEFER" in failed
    assert MESSAGES[kind] in failed
    assert answer(scope, ASK[kind].replace("WORD", "t2")) in ("t2", "test")  # a new connection
    if kind in COMPARED:
        assert exim_says(server_folder, settings(kind, between.port), [good, bad]) == ["test", failed]
    scope.world.close()


@pytest.mark.parametrize("kind", sorted(ASK))
def test_a_server_that_hangs_up(kind: str, server_folder: Path) -> None:
    dead = Proxy(None)
    try:
        string = ASK[kind].replace("WORD", "a")
        failed = answer(scope_for(kind, dead.port), string)
        assert "gave DEFER" in failed
        if kind in ("pgsql", "ldap"):  # the words for a broken greeting are the system's in MySQL's library
            assert exim_says(server_folder, settings(kind, dead.port), [string]) == [failed]
    finally:
        dead.close()


REFUSED = {
    "redis": "REDIS: query failed: Connection refused\\n",
    "mysql": "MYSQL connection failed: Can't connect to server on '127.0.0.1' (115)",
    "pgsql": "PGSQL connection failed: ",
    "ldap": "failed to bind the LDAP connection to server 127.0.0.1:PORT - ldap_bind() returned -1",
}


@pytest.mark.parametrize("kind", sorted(ASK))
def test_nobody_listens(kind: str, server_folder: Path) -> None:
    port = free_port()
    string = ASK[kind].replace("WORD", "a")
    failed = answer(scope_for(kind, port), string)
    assert "gave DEFER" in failed
    assert REFUSED[kind].replace("PORT", str(port)) in failed
    if kind in COMPARED:
        assert exim_says(server_folder, settings(kind, port), [string]) == [failed]


@pytest.mark.parametrize("kind", sorted(ASK))
def test_a_server_that_dies_between_two_lookups(kind: str, proxy: Callable[[str], Proxy]) -> None:
    between = proxy(kind)
    scope = scope_for(kind, between.port)
    assert answer(scope, ASK[kind].replace("WORD", "test")) == "test"
    between.close()
    for word in ("one", "two"):  # the connection is broken; nobody takes a new one
        failed = answer(scope, ASK[kind].replace("WORD", word))
        assert "gave DEFER" in failed
    assert REFUSED[kind].replace("PORT", str(between.port)) in failed
    scope.world.close()


TIMED_OUT = {
    "redis": "REDIS: query failed: Resource temporarily unavailable\\n",
    "mysql": "MYSQL connection failed: Lost connection to server during query",
    "pgsql": 'PGSQL connection failed: connection to server at \\"127.0.0.1\\", port PORT failed: timeout expired\\n',
    "ldap": "failed to bind the LDAP connection to server 127.0.0.1:PORT - LDAP error: timeout",
}


def test_timeout_of_a_directory(server_folder: Path) -> None:
    silent = Proxy(None, silent=True)
    try:
        string = "${lookup ldap{nettime=1 ldap:///o=test?o?sub?(o=test)}}"
        failed = answer(scope_for("ldap", silent.port), string)
        assert exim_says(server_folder, settings("ldap", silent.port), [string]) == [failed]
    finally:
        silent.close()


@pytest.mark.parametrize("kind", sorted(ASK))
def test_timeout(kind: str) -> None:
    silent = Proxy(None, silent=True)
    try:
        start = time.monotonic()
        failed = answer(scope_for(kind, silent.port, live_world(1.0)), ASK[kind].replace("WORD", "a"))
        assert f'gave DEFER: "{TIMED_OUT[kind].replace("PORT", str(silent.port))}"' in failed
        assert time.monotonic() - start < 6
    finally:
        silent.close()


@pytest.mark.parametrize("kind", sorted(ASK))
def test_connections_are_kept_and_closed(kind: str, proxy: Callable[[str], Proxy]) -> None:
    between = proxy(kind)
    scope = scope_for(kind, between.port)
    for number in range(5):
        assert answer(scope, ASK[kind].replace("WORD", f"n{number}")) in (f"n{number}", "test")
    assert (between.accepted, between.open) == (1, 1)
    scope.world.close()
    deadline = time.monotonic() + 5
    while between.open and time.monotonic() < deadline:
        time.sleep(0.01)
    assert between.open == 0
    assert answer(scope, ASK[kind].replace("WORD", "again")) in ("again", "test")
    scope.world.close()


LISTS = """\
hostlist relay_from_ips = <\\n ${lookup redis{SMEMBERS relay_from_ips}}
domainlist virtual_domains = ${lookup redis {HGET $domain domain}}
"""
SPECIFICATION = [  # what Exim's documents give as examples: kind, set-up, string, value
    ("redis", [], "${lookup redis{sadd relay_from_ips 192.168.0.0/24}}", "true"),
    ("redis", [], "${if match_ip{192.168.0.7}{+relay_from_ips}{relay}{no}}", "relay"),
    ("redis", [], "${lookup redis{hset example.com domain example.com}}", "true"),
    ("redis", [], "${if match_domain{example.com}{+virtual_domains}{virtual}{no}}", "virtual"),
    ("redis", [], "${if eq{${lookup redis{SET SPAMMER 1}}}{OK}}", "true"),
    ("redis", [], "${lookup redis{GET SPAMMER}}", "1"),
    ("redis", [], "${lookup redis{set keyname ${quote_redis:objvalue plus}}}", "OK"),
    ("redis", [], "${lookup redis{get keyname}}", "objvalue plus"),
    (
        "pgsql",
        [
            "create table done(a text, b text, c text, d text, e text, f text, g text)",
            ("create function record_Delivery(text, text, text, text, text, text, text) returns bigint language sql as "
            "'insert into done values ($1, $2, $3, $4, $5, $6, $7); select count(*) from done'"),
        ],
        ("${lookup pgsql {SELECT * FROM record_Delivery('${quote_pgsql:example.org}', '${quote_pgsql:${lc:O'Hara}}', "
        "'${quote_pgsql:example.com}', '${quote_pgsql:${lc:FRED}}', '${quote_pgsql:192.0.2.1}', "
        "'${quote_pgsql:${lc:MX.example.com}}', '${quote_pgsql:1abcde-000001-AB}')}}"),
        "1",
    ),
    ("pgsql", [], "${lookup pgsql{select b, d from done}}", "b=o'hara d=fred "),
    (
        "mysql",
        ["create table delivlog(msgid text, senderlp text, senderdom text, deliverrno text, deliverrstr text)"],
        ("${lookup mysql {insert into delivlog set msgid = '${quote_mysql:1abcde-000001-AB}', "
        "senderlp = '${quote_mysql:${lc:O'Hara}}', senderdom = '${quote_mysql:example.org}', "
        "deliverrno = '${quote_mysql:61}', deliverrstr = '${quote_mysql:Connection \"refused\"}' }}"),
        "1",
    ),
    (
        "mysql",
        [],
        "${lookup mysql{select senderlp, deliverrstr from delivlog}}",
        "senderlp=o'hara deliverrstr=\"Connection \\\"refused\\\"\" ",
    ),
    (
        "pgsql",
        ["create table users(id text, home text, name text)", "insert into users values('userx','/home/userx','Mister X')"],
        "${lookup pgsql{select home,name from users where id='userx'}{$value}}",
        'home=/home/userx name="Mister X" ',
    ),
    (
        "mysql",
        ["create table users(id text, mailbox text)", "insert into users values('userx','/var/mail/userx')"],
        "${lookup mysql{select mailbox from users where id='userx'}{$value}fail}",
        "/var/mail/userx",
    ),
]


def test_examples_of_the_specification(server: Server) -> None:
    scopes = {kind: scope_for(kind, server(kind).port, more=LISTS) for kind in ("redis", "pgsql", "mysql")}
    for scope in scopes.values():
        scope.variables["domain"] = b"example.com"
    for kind, first, string, expected in SPECIFICATION:
        for statement in first:
            find(scopes[kind], parse_lookup_type(kind.encode()), statement.encode())
        assert answer(scopes[kind], string) == expected, string
    again = {kind: replayed(scope) for kind, scope in scopes.items()}
    for scope in again.values():
        scope.variables["domain"] = b"example.com"
    for kind, _, string, expected in SPECIFICATION:
        assert answer(again[kind], string) == expected, string


def test_recording_on_the_command_line(server: Server, tmp_path: Path) -> None:
    config, file = tmp_path / "conf", tmp_path / "answers.json"
    config.write_text(settings("redis", server("redis").port) + settings("pgsql", server("pgsql").port))
    wanted = ["${lookup redis{incr visits}} ${lookup redis{get visits}}", "${lookup pgsql{select 'a b' as x, 2 as y}}"]

    def run(*options: str) -> str:
        command = [sys.executable, "-m", "exim_lang", "expand", "--config", str(config), *options, *wanted]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "NO_COLOR": "1"})
        assert done.returncode == 0, done.stderr
        return done.stdout

    live = run("--allow", "redis,pgsql", "--record", str(file))
    assert live == 'true 1\nx="a b" y=2 \n'
    assert run("--fixtures", str(file)) == live


def test_lists_ask_servers(server: Server) -> None:
    scope = scope_for("mysql", server("mysql").port)
    assert match_list(scope, "domain", b"a.example", b"mysql;select 'data' from dual where 'a.example' = '${domain}'") is None
    assert match_list(scope, "domain", b"a.example", b"mysql;select 'data'") == b"data"


def test_local_files_are_not_sent(server: Server) -> None:
    scope = scope_for("mysql", server("mysql").port)
    find(scope, parse_lookup_type(b"mysql"), b"create table loaded(line text)")
    with pytest.raises(EximLangError, match="has disabled the local infile capability"):
        find(scope, parse_lookup_type(b"mysql"), b"load data local infile '/etc/passwd' into table loaded")
    found = find(scope, parse_lookup_type(b"mysql"), b"select count(*) from loaded")
    assert found is not None
    assert found.value == b"0"


def test_no_server_left(server: Server) -> None:
    place = server("pgsql")
    scope = scope_for("pgsql", place.port)
    with pytest.raises(SearchDeferred, match=r"^PGSQL connection failed: "):
        find(scope, parse_lookup_type(b"pgsql,servers=127.0.0.1::1/a/b/c:127.0.0.1::1/d/e/f"), b"select 1")
