"""Expansion operators and items: cases, the same cases with the installed Exim, taint, and what cases cannot say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from exim_lang.errors import ClosedWorld, EximLangError, ExpansionError, ForcedFailure, ProcessDied
from exim_lang.expand.engine import expand
from exim_lang.expand.registry import ITEMS, OPERATORS
from exim_lang.expand.scope import Scope
from exim_lang.taint import Tainted
from exim_lang.world.fixtures import Fixtures, Json
from exim_lang.world.world import World
from tests.be_cases import CASES, Case, config_of, printed_by_exim, printed_here, read_cases, scope_of

CONF = CASES / "operators.conf"
CONFIG = config_of(CONF.read_text())
FOLDER = CASES / "expansions"
FILES = sorted([*FOLDER.glob("operators-*.txt"), *FOLDER.glob("items-*.txt"), FOLDER / "braces.txt"])
NEWER = FOLDER / "newer-operators.txt"
ALL = [case for path in [*FILES, NEWER] for case in read_cases(path)]
TAINT = [
    re.split(r"  +", line, maxsplit=1)
    for line in (CASES / "taint" / "operators.txt").read_text().splitlines()
    if line.startswith("$")
]
ELSEWHERE = {"filter", "if", "lookup", "map", "reduce", "sort"}
BELOW = {"dlfunc", "perl", "readsocket", "run"}
"""Items that are tried further down."""
VALUES = {
    "foo": b"foo",
    "5": b"5",
    "b": b"b",
    "Zm9v": b"Zm9v",
    "666f6f": b"666f6f",
    "net": b"192.0.2.9/24",
    "net6": b"2001:db8::1/32",
    "ip6": b"2001:db8::1",
    "address": b"a@b.example",
    "alabel": b"xn--9ca",
    "time": b"5s",
    "root": b"/",
}


@pytest.fixture
def scope() -> Scope:
    return scope_of(CONFIG)


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.place)
def test_cases(case: Case, scope: Scope) -> None:
    assert printed_here(CONFIG, case, scope) == case.expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_exim_prints_the_same(path: Path) -> None:
    cases = read_cases(path)
    assert printed_by_exim(CONF, [case.expression for case in cases]) == [case.expected for case in cases]


def test_every_operator_and_item_has_a_case() -> None:
    spelt = " ".join(case.expression for case in ALL)
    operators = {name for name in OPERATORS if not re.search(rf"\${{{name}(?:_[0-9n-]\w*)?:", spelt)}
    items = {name for name in ITEMS if not re.search(rf"\${{{name}[,\s\w]*{{", spelt)}
    assert not operators
    assert items <= ELSEWHERE | BELOW


@pytest.mark.parametrize("expression, outcome", TAINT, ids=[row[0] for row in TAINT])
def test_taint(expression: str, outcome: str, scope: Scope) -> None:
    scope.world = World(fixtures=Fixtures({"run": {"/bin/echo foo": "foo\n"}}))
    for name, value in VALUES.items():
        scope.message.acl_m[f"_{name}"] = Tainted(value)
    try:
        value = expand(expression, scope)
    except ExpansionError as error:
        assert outcome in error.message  # noqa: PT017 -- the outcome is either a class or a message
        return
    kind = "untainted" if type(value) is bytes else "tainted" if type(value) is Tainted else "quoted"
    quoter = f" for {value.quoter}" if isinstance(value, Tainted) and value.quoter else ""
    assert kind + quoter == outcome


def test_run_uses_the_fixtures(scope: Scope) -> None:
    answers: dict[str, Json] = {"/bin/echo a b c": "a b c\n", "/bin/false": {"output": "why\n", "status": 1}, "/nosuch": None}
    scope.world = World(fixtures=Fixtures({"run": answers | {"/bin/kill": {"output": "", "status": -9}}}))
    assert expand("${run{/bin/echo \"a b\" 'c'}}", scope) == b"a b c\n"
    assert expand("${run,preexpand{/bin/echo ${lc:A B} c}{<$value>}{no}}$runrc", scope) == b"<a b c\n>0"
    assert expand("${run{/bin/echo ${lc:A} b c}}", scope) == b"a b c\n"
    assert expand("${run{/bin/false}{yes}{no: $value}} $runrc", scope) == b"no: why\n 1"
    assert expand("${run{/nosuch}{yes}{no $value}} $runrc", scope) == b"no  127"
    with pytest.raises(ForcedFailure, match='"run" failed and "fail" requested'):
        expand("${run{/bin/false}{yes}fail}", scope)
    with pytest.raises(ExpansionError, match="command killed by signal 9"):
        expand("${run{/bin/kill}}", scope)
    with pytest.raises(ExpansionError, match=r'Expansion of "\${lc:A" from command'):
        expand("${run{/bin/echo ${lc:A B}}}", scope)
    with pytest.raises(ExpansionError, match="bad option 'foo' for run"):
        expand("${run,foo{/bin/true}}", scope)
    with pytest.raises(ClosedWorld):
        expand("${run{/bin/true}}", scope)


def test_sockets_use_the_fixtures(scope: Scope) -> None:
    answers: dict[str, Json] = {"/s ask\n": "one\ntwo\n", "inet:localhost:1 x": None, "/late": {"defer": "no answer"}}
    scope.world = World(fixtures=Fixtures({"readsocket": answers}))
    assert expand(r"${readsocket{/s}{ask\n}}", scope) == b"one\ntwo\n"
    assert expand(r"${readsocket{/s}{ask\n}{3s:shutdown=no:tls=no:cache=yes}{,}}", scope) == b"one,two,"
    scope.world = World(fixtures=Fixtures({"readsocket": answers | {"/s ask\n": "new"}}))
    assert expand(r"${readsocket{/s}{ask\n}{3s:cache=yes}}", scope) == b"one\ntwo\n"
    assert expand("${readsocket{inet:localhost:1}{x}{}{}{none}}", scope) == b"none"
    with pytest.raises(ExpansionError, match="failed to connect to any address for localhost: Connection refused"):
        expand("${readsocket{inet:localhost:1}{x}}", scope)
    with pytest.raises(ExpansionError, match="socket read timed out"):
        expand("${readsocket{/late}{}}", scope)
    with pytest.raises(ClosedWorld):
        expand("${readsocket{/other}{}}", scope)


@pytest.mark.parametrize("kind, call", [("perl", "${perl{sub}{x}}"), ("dlfunc", "${dlfunc{sub}{x}}")])
def test_foreign_functions_use_the_fixtures(kind: str, call: str, scope: Scope) -> None:
    scope.world = World(fixtures=Fixtures({kind: {"sub x": "answer"}}))
    assert expand(call, scope) == b"answer"
    scope.world = World(fixtures=Fixtures({kind: {"sub x": None}}))
    with pytest.raises(ForcedFailure):
        expand(call, scope)
    scope.world = World(fixtures=Fixtures({kind: {"sub x": 5}}))
    with pytest.raises(EximLangError, match="neither a string nor null"):
        expand(call, scope)


def test_signed_addresses_grow_old(scope: Scope) -> None:
    day = 20000
    scope.world = World(now=day * 86400.0)
    signed = expand("${prvs{user@example.com}{secret}{4}}", scope).decode()
    assert signed.startswith("prvs=4007")
    check = f"${{prvscheck{{{signed}}}{{secret}}{{$prvscheck_result $prvscheck_keynum $prvscheck_address}}}}"
    for age, result in ((0, b"1"), (7, b"1"), (8, b""), (-1, b"")):
        scope.world = World(now=(day + age) * 86400.0)
        assert expand(check, scope) == result + b" 4 user@example.com"
        assert expand("$prvscheck_result|$prvscheck_keynum", scope) == result + b"|"
    assert expand(f"${{prvscheck{{{signed}}}{{wrong}}{{<$prvscheck_result>}}}}", scope) == b"<>"


def test_srs(scope: Scope) -> None:
    scope.world = World(now=20000 * 86400.0)
    assert expand("${srs_encode{secret}{User@Example.com}{ret.example}}", scope) == (
        b"SRS0=b3d4=ra=Example.com=User@ret.example"
    )


def test_random_numbers_come_from_the_world(scope: Scope) -> None:
    scope.world = World(seed=1)
    first = [expand("${randint:1000}", scope) for _ in range(5)]
    scope.world = World(seed=1)
    assert [expand("${randint:1000}", scope) for _ in range(5)] == first
    assert all(0 <= int(number) < 1000 for number in first)


@pytest.mark.parametrize("expression", ["${hash_3_0:monty}", "${nhash_0:x}", "${nhash{4}{0}{x}}", "${hash{-3}{monty}}"])
def test_what_kills_exim(expression: str, scope: Scope) -> None:
    with pytest.raises(ProcessDied):
        expand(expression, scope)


def test_numbers_put_back_after_sg(scope: Scope) -> None:
    assert expand(r"${if match{ab}{(a)}{${sg{xy}{(y)}{<\$1>}}$1}}", scope) == b"x<y>a"


def test_authentication_results(scope: Scope) -> None:
    scope.connection.host_address = b"192.0.2.1"
    scope.connection.host_lookup_failed = True
    scope.connection.authenticated_by, scope.connection.authenticated_id = b"login", b"ann"
    scope.message.sender, scope.message.authenticated_sender = b"a@b.example", b""
    scope.message.facts["spf_result"] = b"pass"
    assert expand("${authresults{mx}}", scope) == (
        b"Authentication-Results: mx;\n\tiprev=fail smtp.remote-ip=192.0.2.1"
        b";\n\tauth=pass (login) smtp.auth=ann;\n\tspf=pass smtp.mailfrom=b.example"
    )
