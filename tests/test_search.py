"""Lookups: every case as Exim answers it, and what only this toolkit can be asked."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import text

from exim_lang.errors import ClosedWorld, EximLangError, ExpansionError
from exim_lang.expand.engine import expand
from exim_lang.expand.scope import Scope
from exim_lang.lists.match import match_list
from exim_lang.model.dialect import Dialect, dialect_for
from exim_lang.model.load import config_from_text
from exim_lang.search.registry import LOOKUPS
from exim_lang.search.search import SearchDeferred, SearchOpenError, find, parse_lookup_type, quote
from exim_lang.taint import Tainted, is_tainted, quoted_for, taint
from exim_lang.world.fixtures import Fixtures, Json
from exim_lang.world.opening import open_world
from exim_lang.world.world import World
from tests.cdb_file import cdb

CASES = Path(__file__).parent / "cases" / "lookups"
FAMILIES = sorted(path.stem for path in CASES.glob("*.txt"))
EMPTY: Mapping[str, str] = {}
DEFERRED = re.compile(r'(Failed: lookup of .* gave DEFER: )"(.*)"', re.DOTALL)


def make_files(folder: Path) -> None:
    """What the cases search: copies, where `DIR` is this folder, and databases made of them."""
    for source in (CASES / "files").iterdir():
        (folder / source.name).write_bytes(source.read_bytes().replace(b"DIR", bytes(folder)))
    (folder / "bad.json").write_text('{"a": 1,}')
    (folder / "garbage").write_text("no database at all\n" * 100)
    tree = folder / "d"
    (tree / "sub").mkdir(parents=True)
    (tree / "file").write_text("f")
    (tree / "link").symlink_to("file")
    (tree / "dangling").symlink_to("nowhere")
    (tree / "dlink").symlink_to("sub")
    (folder / "open").write_text("key: value\n")
    (folder / "open").chmod(0o666)  # Exim reads files that others may write, and whoever owns them
    if os.getuid() == 0:
        os.chown(folder / "open", 65534, 65534)
    (folder / "open folder").mkdir()
    (folder / "open folder").chmod(0o777)
    (folder / "c.cdb").write_bytes(cdb({b"one": b"data for one", b"two": b"A=1 B=2", b"": b"nothing", b"x" * 300: b"x"}))
    (folder / "many.txt").write_text("".join(f"key{number}: value {number}\n" for number in range(3000)))
    for arguments in (["aliases", "dbm"], ["-nozero", "aliases", "dbmnz"], ["many.txt", "many"]):
        subprocess.run(["exim_dbmbuild", *arguments], cwd=folder, check=True, capture_output=True)
    with closing(sqlite3.connect(folder / "s.db")) as database:
        database.executescript("create table t(a, b); insert into t values ('x y', 1), ('z', null)")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the cases search."""
    made = tmp_path_factory.mktemp("lookups")
    for parent in (made, *made.parents):
        if parent.stat().st_uid == made.stat().st_uid and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)  # for the user that Exim runs as
    make_files(made)
    return made


def cases(family: str) -> Iterator[tuple[str, str]]:
    """Strings, and what they give; a case ends with an empty line."""
    text = (CASES / f"{family}.txt").read_text("latin-1")
    for case in re.split(r"^> ", text, flags=re.MULTILINE)[1:]:
        string, _, answer = case.partition("\n")
        yield string, answer.removesuffix("\n").removesuffix("\n")


def new_scope(world: World | None = None, settings: Mapping[str, str] = EMPTY) -> Scope:
    """A scope for a configuration with nothing in it but `settings`."""
    config = config_from_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
    assert not config.problems
    return Scope(config, world or open_world(host_name="mx.example.org"), match_list=match_list)


def answer(scope: Scope, string: str) -> str:
    """What -be prints."""
    try:
        return expand(string.encode("latin-1"), scope).decode("latin-1")
    except ExpansionError as error:
        return f"Failed: {error.message}"


@pytest.mark.parametrize("family", FAMILIES)
def test_cases(family: str, folder: Path) -> None:
    scope = new_scope()
    scope.variables["primary_hostname"] = b"mx.example.org"
    wrong = []
    for string, expected in cases(family):
        scope.numeric = ()
        found = answer(scope, string.replace("DIR", str(folder))).replace(str(folder), "DIR")
        if found != expected:
            wrong.append(f"{string}\n  want {expected!r}\n  got  {found!r}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("family", FAMILIES)
def test_cases_are_what_exim_says(family: str, folder: Path) -> None:
    exim = shutil.which("exim4")
    assert exim is not None, "exim4 is needed"
    config = folder / "conf"
    config.write_text("primary_hostname = mx.example.org\nkeep_environment =\n")
    wanted = list(cases(family))
    feed = "".join(f"@{number}@\n{string.replace('DIR', str(folder))}\n" for number, (string, _) in enumerate(wanted))
    done = subprocess.run(
        [exim, "-C", str(config), "-be"], input=(feed + "@end@\n").encode("latin-1"), capture_output=True, check=False
    )
    parts = re.split(r"> @(?:\d+|end)@\n", done.stdout.decode("latin-1").replace(str(folder), "DIR"))[1:]
    wrong = []
    for (string, expected), part in zip(wanted, parts, strict=False):
        deferred = DEFERRED.fullmatch(expected)
        if deferred is not None:  # Exim 4.96 does not quote the reason
            expected = deferred[1] + re.sub(r"\\(.)", r"\1", deferred[2])  # noqa: PLW2901
        if (found := part.removeprefix("> ").removesuffix("\n")) != expected:
            wrong.append(f"{string}\n  case {expected!r}\n  Exim {found!r}")
    assert len(parts) == len(wanted) + 1, done.stderr
    assert not wrong, "\n".join(wrong)


def look(scope: Scope, kind: str, key: bytes, file: str | None = None) -> bytes | None:
    found = find(scope, parse_lookup_type(kind.encode()), key, file.encode() if file is not None else None)
    return None if found is None else found.value


def test_tainted_file_is_refused(folder: Path) -> None:
    scope = new_scope()
    with pytest.raises(SearchOpenError, match="Tainted filename for search: '/x'"):
        find(scope, parse_lookup_type(b"lsearch"), b"key", taint(b"/x"))
    assert scope.log == [(log, "Tainted filename for search: '/x'") for log in ("main", "panic")]


def test_results_are_trusted(folder: Path) -> None:
    scope = new_scope()
    for kind in ("lsearch", "lsearch,ret=key", "lsearch,ret=full", "partial-lsearch,ret=key"):
        found = find(scope, parse_lookup_type(kind.encode()), taint(b"foo"), bytes(folder / "ls"))
        assert found is not None
        assert type(found.value) is bytes
    found = find(scope, parse_lookup_type(b"partial-lsearch"), taint(b"a.b.c"), bytes(folder / "ls"))
    assert found is not None
    assert found.numeric is not None
    assert all(is_tainted(part) for part in found.numeric[1:] if part is not None)


@pytest.mark.parametrize("kind, file", [("dbm", "dbm"), ("dbmnz", "dbmnz"), ("dbmjz", "dbmnz")])
@pytest.mark.parametrize("version, tainted", [("4.96", False), ("4.98", False), ("4.99", True), ("4.100", False)])
def test_dbm_is_tainted_in_one_version(folder: Path, kind: str, file: str, version: str, tainted: bool) -> None:
    scope = new_scope()
    scope.config.dialect = dialect_for(version)
    found = look(scope, kind, b"abc", str(folder / file))
    assert found is not None
    assert is_tainted(found) is tainted


UNQUOTED = "tainted search query is not properly quoted: "


@given(text(alphabet="aAb: \n#x"))
def test_searching_and_indexing_find_the_same(content: str) -> None:
    opener = LOOKUPS["lsearch"].open
    assert opener is not None
    searched, indexed = (opener(new_scope(fixed({"file": {"/f": content}})), b"/f") for _ in range(2))
    assert isinstance(indexed.entries, list)
    for key in (b"a", b"ab", b"x"):
        assert searched.first(key) == indexed.first(key)


@pytest.mark.parametrize(
    "kind, query, reported",
    [
        ("sqlite", Tainted(b"select 1"), True),
        ("sqlite", quoted_for("sqlite")(b"select 1"), False),
        ("sqlite", quoted_for("mysql")(b"select 1"), True),
        ("sqlite", b"select 1", False),
        ("testdb2", quoted_for("testdb")(b"x"), False),
        ("testdb_nq", Tainted(b"x"), False),
        ("passwd", Tainted(b"root"), False),
    ],
)
def test_unquoted_queries_are_reported(folder: Path, kind: str, query: bytes, reported: bool) -> None:
    scope = new_scope()
    kind = f"{kind},file={folder}/s.db" if kind == "sqlite" else kind
    for _ in range(2):  # the second answer comes from the cache, where Exim does not look
        assert look(scope, kind, query) is not None
    expected = [(log, UNQUOTED + query.decode()) for log in ("main", "panic")] if reported else []
    assert scope.log == expected


def test_servers_in_the_query() -> None:
    scope = new_scope(fixed({"mysql": {"select 1": "1"}}))
    assert look(scope, "mysql", b"servers=h/d/u/secret; select 1") == b"1"
    assert scope.log == [("main", "WARNING: obsolete syntax used for lookup")]
    scope = new_scope(scope.world)
    with pytest.raises(SearchDeferred, match=r'^MySQL server "h/d" is tainted$'):
        look(scope, "mysql", Tainted(b"servers=h/d/u/secret; select 1"))
    assert scope.log[0] == ("main", UNQUOTED + "select 1")


@pytest.mark.parametrize(
    "name, quoter", [("ldapm", "ldap"), ("testdb2", "testdb"), ("mysql", "mysql"), ("dnsdb", ""), ("lsearch", "")]
)
def test_quoting_labels(name: str, quoter: str) -> None:
    quoted = quote(name.encode(), taint(b"a"))
    assert isinstance(quoted, Tainted)
    assert quoted.quoter == quoter
    assert type(quote(name.encode(), b"a")) is bytes


def test_unknown_to_the_build() -> None:
    assert answer(new_scope(), "${lookup{a}nmh{b}}") == 'Failed: unknown lookup type "nmh"'
    with pytest.raises(ExpansionError, match='unknown lookup type "nmh"'):
        parse_lookup_type(b"nmh", Dialect())
    assert parse_lookup_type(b"nmh").name == "nmh"


def test_cache_of_a_session(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_text("a: 1\n")
    scope = new_scope()
    assert look(scope, "lsearch", b"a", str(file)) == b"1"
    file.write_text("a: 22\nb: 2\n")
    assert look(scope, "lsearch", b"a", str(file)) == b"1"
    assert look(scope, "lsearch", b"b", str(file)) is None  # the file stays open
    assert look(new_scope(scope.world), "lsearch", b"b", str(file)) == b"2"


def test_cache_options() -> None:
    scope = new_scope(fixed({"mysql": {"q": "1"}}), settings=SERVERS)
    assert look(scope, "mysql", b"q") == b"1"
    scope.world.fixtures.put("mysql", b"q", "2")
    assert look(scope, "mysql", b"q") == b"1"
    assert look(scope, "mysql,cache=no_rd", b"q") == b"2"
    assert look(scope, "mysql", b"q") == b"2"
    scope.world.fixtures.put("mysql", b"q", "3")
    assert look(scope, "mysql,cache=no_rd,cache=no_wr", b"q") == b"3"
    assert look(scope, "mysql", b"q") == b"2"


SERVERS = {"redis_servers": "h//", "mysql_servers": "h/d/u/p", "pgsql_servers": "127.0.0.1::5432/d/u/p"}


@pytest.mark.parametrize(
    "kind, query, message",
    [
        ("pgsql,servers=nosuch", "select 6", 'PostgreSQL server "nosuch" not found in pgsql_servers'),
        ("pgsql,servers=127.0.0.1", "select 6", 'PostgreSQL server "127.0.0.1" not found in pgsql_servers'),
        ("pgsql", "servers=127.0.0.1::55/a; select 7", "incomplete pgSQL server data: 127.0.0.1:55"),
        ("pgsql", "servers 127.0.0.1; select 7", 'missing = after "servers" in PostgreSQL lookup'),
        ("pgsql", "servers=a/b/c/d select 7", 'missing ; after "servers=" in PostgreSQL lookup'),
        ("mysql,servers=x", "select 6", 'MySQL server "x" not found in mysql_servers'),
    ],
)
def test_servers(kind: str, query: str, message: str) -> None:
    with pytest.raises(SearchDeferred) as caught:
        look(new_scope(settings=SERVERS), kind, query.encode())
    assert caught.value.message == message


@pytest.mark.parametrize("kind, title", [("mysql", "MySQL"), ("pgsql", "PostgreSQL")])
def test_no_servers(kind: str, title: str) -> None:
    with pytest.raises(SearchDeferred, match=rf"^no {title} servers defined \({kind}_servers option\)$"):
        look(new_scope(), kind, b"select 1")


def fixed(answers: dict[str, dict[str, Json]]) -> World:
    return World(fixtures=Fixtures(answers))


@pytest.mark.parametrize(
    "kind, file, query, answers, expected",
    [
        ("mysql", None, "select 1", {"mysql": {"select 1": "1"}}, b"1"),
        ("mysql", None, "servers=a/b/c/d; select 1", {"mysql": {"select 1": "1"}}, b"1"),
        ("mysql,servers=a/b/c/d", None, "select 1", {"mysql": {"select 1": None}}, None),
        ("pgsql", None, "select 1", {"pgsql": {"select 1": "a\nb"}}, b"a\nb"),
        ("redis", None, "get x", {"redis": {"get x": "1"}}, b"1"),
        ("ldap", None, 'user="cn=x y" pass=secret ldap:///x', {"ldap": {'user="cn=x y" ldap:///x': "v"}}, b"v"),

        ("readsock", None, "/run/x", {}, None),
        ("sqlite", None, "/a.db insert", {"sqlite": {"/a.db insert": None}, "file": {"/a.db": ""}}, None),
        ("lsearch", "/etc/x", "a", {"file": {"/etc/x": "a: caf\u00e9"}}, "caf\u00e9".encode()),
        ("passwd", None, "kr", {"passwd": {"kr": "kr:x:42:43:K:/home/kr:/bin/sh"}}, b"*:42:43:K:/home/kr:/bin/sh"),
    ],
)
def test_fixtures(kind: str, file: str | None, query: str, answers: Any, expected: bytes | None) -> None:
    assert look(new_scope(fixed(answers), settings=SERVERS), kind, query.encode(), file) == expected


def test_deferred_by_fixture() -> None:
    scope = new_scope(fixed({"mysql": {"q": {"defer": 'MySQL "x" is away'}}}), settings=SERVERS)
    with pytest.raises(SearchDeferred, match='MySQL "x" is away'):
        look(scope, "mysql", b"q")
    assert answer(scope, "${lookup mysql{q}}") == 'Failed: lookup of "q" gave DEFER: "MySQL \\"x\\" is away"'


@pytest.mark.parametrize("kind", ["mysql", "pgsql", "redis", "ldap", "ldapm"])
def test_closed(kind: str) -> None:
    with pytest.raises(ClosedWorld) as caught:
        look(new_scope(settings=SERVERS), kind, b"query")
    assert 'query": "..."' in caught.value.stub
    assert "query" in caught.value.call


def test_sqlite_writes_only_where_allowed(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "w.db"
    shutil.copy(folder / "s.db", file)
    before = file.read_bytes()
    for query in ("insert into t values (7, 8)", "attach '/tmp/other.db' as o", "pragma query_only = 0"):
        with pytest.raises(ClosedWorld):
            look(new_scope(), f"sqlite,file={file}", query.encode())
    assert file.read_bytes() == before
    assert look(new_scope(), f"sqlite,file={tmp_path}/none.db", b"select 5") == b"5"
    assert not (tmp_path / "none.db").exists()
    scope = new_scope(World(allowed=["sqlite"]))
    assert look(scope, f"sqlite,file={file}", b"select count(*) from t where b = 8") == b"0"
    assert look(scope, f"sqlite,file={file}", b"insert into t values (7, 8)") is None
    assert look(scope, f"sqlite,file={file}", b"select count(*) from t where b = 8") == b"1"  # the cache was emptied


def test_sqlite_dbfile_is_expanded(folder: Path) -> None:
    name = f"${{lc:{str(folder).upper()}}}" if str(folder).islower() else str(folder)
    scope = new_scope(settings={"sqlite_dbfile": f"{name}/s.db"})
    assert look(scope, "sqlite", b"select a from t") == b"x y\nz"


def test_wal(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "wal.db"
    with closing(sqlite3.connect(file)) as writer:
        writer.execute("pragma journal_mode = wal")
        writer.execute("create table t(a)")
    assert look(new_scope(), f"sqlite,file={file}", b"select count(*) from t") == b"0"


def test_lmdb(tmp_path: Path) -> None:
    import lmdb

    file = tmp_path / "x.mdb"
    with lmdb.open(str(file), subdir=False) as environment, environment.begin(write=True) as transaction:
        transaction.put(b"first", b"data for first")
    (tmp_path / "x.mdb-lock").unlink()
    scope = new_scope()
    assert look(scope, "lmdb", b"first", str(file)) == b"data for first"
    assert look(scope, "lmdb", b"second", str(file)) is None
    assert not (tmp_path / "x.mdb-lock").exists()
    missing = f"LMDB: Unable to open environment with {tmp_path}/no.mdb: No such file or directory"
    assert answer(scope, f"${{lookup{{a}}lmdb{{{tmp_path}/no.mdb}}}}") == f"Failed: {missing}"


@pytest.mark.parametrize(
    "domain, suffix, registered",
    [
        ("a.b.example.com", "com", "example.com"),
        ("Example.COM", "com", "example.com"),
        ("com", "com", None),
        ("a.b.co.uk", "co.uk", "b.co.uk"),
        ("b.uk", "uk", "b.uk"),
        ("x.any.ck", "any.ck", "x.any.ck"),
        ("a.www.ck", "ck", "www.ck"),
        ("a.b.\u516c\u53f8.cn", "\u516c\u53f8.cn", "b.\u516c\u53f8.cn"),
    ],
)
def test_public_suffixes(folder: Path, domain: str, suffix: str, registered: str | None) -> None:
    file = str(folder / "psl")
    assert look(new_scope(), "psl", domain.encode(), file) == suffix.encode()
    found = look(new_scope(), "regdom", domain.encode(), file)
    assert found == (registered.encode() if registered is not None else None)


def test_public_suffix_of_an_unknown_domain(folder: Path) -> None:
    with pytest.raises(EximLangError, match=r'^no rule of the public suffix list is about "a\.test"'):
        look(new_scope(), "psl", b"a.test", str(folder / "psl"))


JSON_CASES = [
    ("a:b:1", b"two"),
    ("a : b : 2 : c", "d\u00e9".encode()),
    ("a:b", '[1, "two", {"c": "d\u00e9"}]'.encode()),
    ("a:n", None),
    ("a:t", b"true"),
    ("a:f", b"1.500000"),
    ("a:tenth", b"0.100000"),
    ("a:e", b""),
    ("a:o", b"{}"),
    ("a:missing", None),
    ("a:b:7", None),
    ("1", None),
    ('q"', b"s\\x/y\x01"),
    ("<; a:b", b"colon"),
    ("neg", b"-5"),
    ("whole", b"2.000000"),
]


@pytest.mark.parametrize("key, expected", JSON_CASES)
def test_json(folder: Path, key: str, expected: bytes | None) -> None:
    assert look(new_scope(), "json", key.encode(), str(folder / "j.json")) == expected
    assert look(new_scope(), "json", key.encode(), str(folder / "bad.json")) is None


def test_json_numbers_are_written_in_full(folder: Path) -> None:
    value = look(new_scope(), "json", b"a", str(folder / "j.json"))
    assert value is not None
    assert b'"f": 1.5, "tenth": 0.10000000000000001, ' in value
