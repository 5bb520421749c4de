"""The conditions of `${if`: cases, the same cases with the installed Exim, and what cases cannot say."""

from __future__ import annotations

import hmac
import re
from pathlib import Path

import pytest

from exim_lang.errors import ClosedWorld, EximLangError, ExpansionError
from exim_lang.expand.crypt import encrypted_equal
from exim_lang.expand.engine import expand
from exim_lang.expand.integers import leading_integer
from exim_lang.expand.json_items import next_items
from exim_lang.expand.registry import CONDITIONS
from exim_lang.taint import Tainted, is_tainted
from exim_lang.world.fixtures import Fixtures
from exim_lang.world.world import World
from tests.be_cases import CASES, Case, config_of, printed_by_exim, printed_here, read_cases, scope_of

CONFIG = "primary_hostname = host.example.com\n"
FILES = sorted((CASES / "expansions").glob("conditions-*.txt"))
ALL = [case for path in FILES for case in read_cases(path)]
OUTSIDE = ("ldapauth", "pam", "pwcheck", "radius", "saslauthd")
WITH_ACLS = ("acl",)
"""Conditions whose cases need more than a string: they stand with their layer."""


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.place)
def test_cases(case: Case) -> None:
    assert printed_here(config_of(CONFIG), case) == case.expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_exim_prints_the_same(path: Path, tmp_path: Path) -> None:
    conf = tmp_path / "conf"
    conf.write_text(CONFIG)
    cases = read_cases(path)
    assert printed_by_exim(conf, [case.expression for case in cases]) == [case.expected for case in cases]


def test_every_condition_has_a_case() -> None:
    seen = {word for case in ALL for word in re.findall(r"(?:\$\{if\s*!?|\{)\s*([a-z_0-9]+|[<=>]=?)\s*\{?", case.expression)}
    assert set(CONDITIONS) - {*OUTSIDE, *WITH_ACLS} <= seen


@pytest.mark.parametrize("name", OUTSIDE)
def test_outside_is_asked_through_the_world(name: str) -> None:
    scope = scope_of(config_of(CONFIG))
    # Not through the engine: which of them a binary has is a matter of its build.
    function = CONDITIONS[name].function
    arguments = (scope, b"ann", b"x") if name == "saslauthd" else (scope, b"ann x")
    with pytest.raises(ClosedWorld):
        function(*arguments)
    for answer in (True, False):
        scope.world = World(fixtures=Fixtures({name: {"ann x": answer}}))
        assert function(*arguments) is answer
    scope.world = World(fixtures=Fixtures({name: {"ann x": {"defer": "no answer"}}}))
    with pytest.raises(ExpansionError, match="no answer"):
        function(*arguments)
    scope.world = World(fixtures=Fixtures({name: {"ann x": "maybe"}}))
    with pytest.raises(EximLangError, match="neither true nor false"):
        function(*arguments)


def test_inlist_removes_taint() -> None:
    scope = scope_of(config_of(CONFIG))
    scope.message.acl_m["0"] = Tainted(b"foo")
    assert not is_tainted(expand("${if inlist{$acl_m0}{foo:bar}{$value}{no}}", scope))
    assert not is_tainted(expand("${if match_domain{$acl_m0}{foo:bar}{$value}{no}}", scope))
    assert is_tainted(expand("${if inlist{$acl_m0}{foo:$acl_m0}{$value}{no}}", scope))
    assert is_tainted(expand("${if match{$acl_m0}{^(f.)}{$1}{no}}", scope))
    assert not is_tainted(expand("${if match{foo}{^($acl_m0)}{$1}{no}}", scope))


def test_queue_runs() -> None:
    scope = scope_of(config_of(CONFIG))
    scope.process.queue_running = scope.process.first_delivery = True
    assert expand("${if queue_running{a}{b}}${if first_delivery{a}{b}}", scope) == b"aa"


def test_srs_grows_old() -> None:
    scope = scope_of(config_of(CONFIG))
    scope.world = World(now=20000 * 86400.0)
    digits = "abcdefghijklmnopqrstuvwxyz234567"
    for age, expected in ((0, b"y"), (10, b"y"), (11, b"n")):
        day = (20000 - age) & 0x3FF
        stamp = digits[day >> 5] + digits[day & 31]
        mark = hmac.new(b"secret", b"user@test.com", "md5").hexdigest()[:4]
        text = "${if inbound_srs{SRS0=" + f"{mark}={stamp}=test.com=user" + "}{secret}{y}{n}}"
        assert expand(text, scope) == expected, age


@pytest.mark.parametrize("text", [b"", b'"a"', b'["a"'])
def test_json_that_is_no_array(text: bytes) -> None:
    with pytest.raises(ExpansionError, match=r"missing '[\[\]]'"):
        list(next_items(text, strip_quotes=False))


def test_unknown_method_of_crypt() -> None:
    with pytest.raises(EximLangError, match=r"method \$y\$"):
        encrypted_equal(b"x", b"$y$j9T$abc$def")


def test_crypt16_of_long_passwords() -> None:
    assert encrypted_equal(b"MySecretAndMore", b"{crypt16}azrazPWCQJhygCoSeBt3R4kw")
    assert not encrypted_equal(b"MySecretAndMore", b"{crypt16}azrazPWCQJhyg")


def test_atoi() -> None:
    assert [leading_integer(text) for text in (b" 12x", b"-3", b"x", b"", b"2147483648")] == [12, -3, 0, 0, -(2**31)]
