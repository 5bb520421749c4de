"""The functions that match lists: options, caches, taint, trouble (specification chapter 10)."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exim_lang.errors import EximLangError, ExpansionError
from exim_lang.expand.scope import Scope
from exim_lang.lists.match import check_host, check_list, match_ip, match_list
from exim_lang.lists.result import Cache, ListDeferred
from exim_lang.model.dialect import dialect_for
from exim_lang.model.load import config_from_text
from exim_lang.source.text import Text
from exim_lang.syntax.list_items import Kind
from exim_lang.taint import Tainted, is_tainted
from exim_lang.world.world import World

DATA = str(Path(__file__).parent / "cases" / "lists" / "data")


def scope(settings_text: str = "", version: str = "") -> Scope:
    config = config_from_text(settings_text, dialect=dialect_for(version))
    assert not config.problems, config.problems
    return Scope(config, World(host_name=b"this.example", interfaces=[b"10.9.9.200"]), match_list=match_list)


def test_list_is_expanded_first() -> None:
    assert check_list(scope(), "domain", b"a.example", Text.literal("${lc:A.EXAMPLE} : b")) is not None
    assert check_list(scope(), "domain", b"a.example", "${if eq{$domain}{a.example}{*}fail}") is not None
    assert check_list(scope(), "domain", b"b.example", "${if eq{$domain}{a.example}{*}fail}") is None


def test_failed_expansion() -> None:
    there = scope()
    with pytest.raises(ListDeferred) as error:
        check_list(there, "domain", b"a", "${lookup{")
    assert error.value.message == ""
    assert there.log[0][1].startswith('failed to expand "${lookup{" while checking a list: ')
    assert [name for name, _ in there.log] == ["main", "panic"]


def test_option_that_is_not_set() -> None:
    there = scope()
    lines: list[str] = []
    there.debug = lines.append
    assert check_host(there, None, option="host_lookup") is None
    assert lines == ["host in host_lookup? no (option unset)"]


def test_option_name_in_trace() -> None:
    there = scope()
    there.connection.host_address = b"10.0.0.1"
    lines: list[str] = []
    there.debug = lines.append
    assert check_host(there, "10.0.0.0/8", option="host_lookup") is not None
    assert lines == ['host in host_lookup? yes (matched "10.0.0.0/8")']


def test_host_address_is_set_meanwhile() -> None:
    there = scope()
    assert check_host(there, "$host_address", address=b"10.0.0.1", name=b"") is not None
    assert "host_address" not in there.variables


def test_named_lists_are_remembered() -> None:
    there = scope("domainlist plain = a.example\ndomainlist outer = +plain : b\ndomainlist made = ${lc:A.example}\n")
    cache: Cache = {}
    lines: list[str] = []
    there.debug = lines.append
    for _ in range(2):
        assert check_list(there, "domain", b"a.example", "+outer", cache=cache) is not None
    assert 'a.example in "+outer"? yes (matched "+outer" - cached)' in lines
    assert set(cache) == {("domain", "plain", b"a.example"), ("domain", "outer", b"a.example")}
    assert check_list(there, "domain", b"a.example", "+made", cache=cache) is not None
    assert ("domain", "made", b"a.example") not in cache


def test_cache_suffix() -> None:
    there = scope("domainlist_cache made = ${lc:A.example}\ndomainlist part = $domain\ndomainlist whole = +part : x\n")
    cache: Cache = {}
    assert check_list(there, "domain", b"a.example", "+made : +whole", cache=cache) is not None
    assert check_list(there, "domain", b"b.example", "+made : +whole", cache=cache) is not None
    assert set(cache) == {("domain", "made", b"a.example"), ("domain", "made", b"b.example")}


def test_lists_that_name_each_other() -> None:
    there = scope("domainlist a = +b\ndomainlist b = +a\n")
    with pytest.raises(EximLangError, match="includes itself"):
        check_list(there, "domain", b"x", "+a")


def test_tainted_metadata_is_logged() -> None:
    there = scope("domainlist dl = a.example\n")
    assert match_list(there, "domain", b"a.example", Tainted(b"+dl : b.example")) == b"a.example"
    assert there.log == [
        ("main", "attempt to use tainted list metadata +dl"),
        ("panic", "attempt to use tainted list metadata +dl"),
    ]
    for kind, subject, items in (
        ("domain", b"this.example", b"@"),
        ("domain", b"x", b"@[]"),
        ("localpart", b"x", b"+caseful"),
        ("address", b"x@this.example", b"x@@"),
    ):
        there.log.clear()
        match_list(there, kind, subject, Tainted(items))
        assert there.log[0][1].startswith("attempt to use tainted list metadata "), items
    there.log.clear()
    assert check_host(there, Tainted(b"@[]"), address=b"10.9.9.200", expanded=True) is not None
    assert not there.log


def test_no_metadata_log_before_4_99() -> None:
    there = scope("domainlist dl = a.example\n", "4.96")
    assert match_list(there, "domain", b"a.example", Tainted(b"+dl : b.example")) == b"a.example"
    assert not there.log


def test_tainted_separator() -> None:
    assert match_list(scope(), "domain", b"b", Tainted(b"<, a , b")) is None
    assert match_list(scope("", "4.96"), "domain", b"b", Tainted(b"<, a , b")) == b"b"


def test_tainted_file_name() -> None:
    there = scope()
    with pytest.raises(ListDeferred, match="Permission denied"):
        match_list(there, "domain", b"a", Tainted(f"{DATA}/items".encode()))
    assert there.log[0] == ("main", f"Tainted filename '{DATA}/items'")


@pytest.mark.parametrize("subject", [b"a.example", b"x.b.example", b"this.example", b"c7"])
def test_value_is_as_tainted_as_the_list(subject: bytes) -> None:
    items = b"a.example : *.b.example : @ : ^c[0-9]"
    trusted = match_list(scope(), "domain", Tainted(subject), items)
    assert trusted is not None
    assert not is_tainted(trusted)
    doubtful = match_list(scope(), "domain", Tainted(subject), Tainted(items))
    assert doubtful is not None
    assert is_tainted(doubtful) is (subject != b"this.example")


def test_numbers_are_as_tainted_as_the_subject() -> None:
    there = scope()
    assert match_list(there, "domain", Tainted(b"x.b.example"), b"*.b.example") == b"*.b.example"
    assert all(number is not None and is_tainted(number) for number in there.numeric)


def test_single_item() -> None:
    """Rewriting rules: one item whatever it contains, in the case it has, with the numbers of both wildcards."""
    there = scope()
    text = "*smith@*.example"
    assert check_list(there, "address", b"Jane.smith@a.example", text, single=True, caseless=False, numeric=True) is not None
    assert there.numeric == (b"Jane.smith@a.example", b"Jane.", b"a")
    assert check_list(there, "domain", b"a:b", "a:b", single=True) is not None


def test_match_ip_wants_an_address() -> None:
    with pytest.raises(ExpansionError, match='"x" is not an IP address'):
        match_ip(scope(), b"x", b"*")


WORDS = (
    "+dl +none ! !! * *.a @ @[] ^a ^( ^(a|b)*$ : :: <; ; a@b *@* @@ lsearch; net24- net- x.y 1.2.3.4 1.2.3.0/24 1.2.3 "
    "fe80::1 / +caseful +include_unknown +ignore_unknown \\ #"
)
PIECES = st.sampled_from(
    [*WORDS.split(), " ", "\n", f"{DATA}/items", f"lsearch;{DATA}/partial", f"@@lsearch;{DATA}/by-domain"]
)
SUBJECTS = st.one_of(
    st.sampled_from([b"", b"a", b"a@b", b"1.2.3.4", b"x.y", b"[1.2.3.4]", b"@", b"*@b"]), st.binary(max_size=8)
)


SOME_LISTS = config_from_text("domainlist dl = a : !b\n")
NOWHERE = World(host_name=b"this.example", interfaces=[b"10.9.9.200"])


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["domain", "address", "localpart", "string", "host"]),
    SUBJECTS,
    st.lists(st.one_of(PIECES, st.text("ab.:@*!+", max_size=4)), max_size=8).map("".join),
)
def test_any_list_has_an_answer(kind: Kind, subject: bytes, items: str) -> None:
    """Random lists match, do not match, or are refused with one of our errors."""
    there = Scope(SOME_LISTS, NOWHERE, match_list=match_list)
    with suppress(EximLangError):
        match_list(there, kind, subject, items.encode("latin-1"))
