"""What a sender could choose reaches each backend as data: 200 hostile values through `quote_*`, checked on the server."""

from __future__ import annotations

import random
import re
import sqlite3
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from exim_lang.errors import Deferred, ExpansionError
from exim_lang.expand.engine import expand
from exim_lang.expand.scope import Scope
from exim_lang.search.registry import SearchDeferred
from exim_lang.taint import taint
from exim_lang.world.opening import open_world
from tests.servers import PASSWORD, RealServer
from tests.servers_helper import live_world, scope_for

pytestmark = pytest.mark.xdist_group("servers")

PAYLOADS = [
    b"' or '1'='1",
    b"'; drop table hostile; --",
    b"\\'; drop table hostile; -- ",
    b"\\",
    b"\\\\'",
    b"'",
    b"''",
    b'"',
    b"x' union select password from users -- ",
    b"'/*",
    b"*/'#",
    b"%' or 1=1 limit 1 -- %",
    b"a\nb\r\nSET x y\r\n",
    b"x\r\nFLUSHALL\r\n",
    b"x FLUSHALL",
    b"x\tEX 1",
    b"\x0b\x0c",
    b"$(touch /tmp/x)",
    b"`id`",
    b"*)(uid=*",
    b"*",
    b"x)(|(objectClass=*)",
    b"\\2a",
    b"\\5c\\28",
    b"%2a%29",
    b"a?sub?(uid=*)",
    b"a,ou=people",
    b"#lead",
    b" lead and trail ",
    b"a+b=c;d<e>f",
    b"ldap://other/",
    b"${lookup{x}lsearch{/etc/passwd}}",
    b"$value",
    b"servers=evil/db/u/p; select 1",
    b"\xc2\xbf\x27 or 1=1",
    "\u2019 or \u02bc1\u02bc=\u02bc1".encode(),
    "\uff07; drop".encode(),
    b"\x01\x02\x1b[2J\x7f",
    b"x" * 150 + b"'",
    b"{}" * 20,
]
ALPHABET = [*(bytes([byte]) for byte in b"'\"\\ \n\r\t;*()%$#a1,="), b"--", b"/*"]


def hostile() -> list[bytes]:
    """200 different values, none empty; an Exim string holds no NUL."""
    chance = random.Random(4)
    values = dict.fromkeys(PAYLOADS)
    while len(values) < 200:
        values[b"".join(chance.choices(ALPHABET, k=chance.randint(1, 12)))] = None
    return list(values)


def escaped(found: re.Match[bytes]) -> bytes:
    return b"\\" + LETTERS.get(found[0], found[0])


VALUES = hostile()
LETTERS = {b"\n": b"n", b"\r": b"r", b"\t": b"t", b"\b": b"b"}


def send_all(scope: Scope, string: str) -> None:
    """Expands `string` for each value, as `$local_part`, its place for NUMBER."""
    for number, value in enumerate(VALUES):
        scope.variables["local_part"] = taint(value)
        expand(string.replace("NUMBER", str(number)), scope)
    assert not scope.log  # nothing was reported as unquoted


def test_mysql(mysql_server: RealServer) -> None:
    import pymysql

    scope = scope_for("mysql", mysql_server.port)
    expand("${lookup mysql{create table hostile(n int primary key, v blob)}}", scope)
    send_all(scope, "${lookup mysql{insert into hostile values (NUMBER, '${quote_mysql:$local_part}')}}")
    place: Any = {"host": "127.0.0.1", "port": mysql_server.port, "user": "exim", "password": PASSWORD, "database": "mail"}
    with closing(pymysql.connect(**place)) as connection, connection.cursor() as cursor:
        cursor.execute("select n, v from hostile order by n")
        assert [value for _, value in cursor.fetchall()] == VALUES


@pytest.mark.parametrize(
    "table, literal, arrives",
    [
        ("escaped", "E'${quote_pgsql:$local_part}'", lambda value: value),
        # In a plain literal backslashes are nothing special: what was escaped with them stays so, and inside the literal.
        (
            "plain",
            "'${quote_pgsql:$local_part}'",
            lambda value: re.sub(rb'[\\"\n\r\t\x08]', escaped, value),
        ),
    ],
)
def test_pgsql(pgsql_server: RealServer, table: str, literal: str, arrives: Callable[[bytes], bytes]) -> None:
    import psycopg

    scope = scope_for("pgsql", pgsql_server.port)
    expand(f"${{lookup pgsql{{create table {table}(n int primary key, v text)}}}}", scope)
    send_all(scope, f"${{lookup pgsql{{insert into {table} values (NUMBER, {literal})}}}}")
    place = f"host=127.0.0.1 port={pgsql_server.port} user=exim password={PASSWORD} dbname=mail"
    with psycopg.connect(place) as connection:
        rows = connection.execute(f"select v from {table} order by n").fetchall()
    assert [row[0].encode() for row in rows] == [arrives(value) for value in VALUES]


def test_sqlite(tmp_path: Path) -> None:
    file = tmp_path / "hostile.db"
    scope = scope_for("redis", 1)
    expand(f"${{lookup sqlite,file={file}{{create table hostile(n int primary key, v text)}}}}", scope)
    send_all(scope, f"${{lookup sqlite,file={file}{{insert into hostile values (NUMBER, '${{quote_sqlite:$local_part}}')}}}}")
    with closing(sqlite3.connect(file)) as connection:
        connection.text_factory = bytes
        assert [row[0] for row in connection.execute("select v from hostile order by n")] == VALUES


def test_redis(redis_server: RealServer) -> None:
    from redis import Redis

    scope = scope_for("redis", redis_server.port)
    send_all(scope, "${lookup redis{set hostile:NUMBER ${quote_redis:$local_part}}}")
    send_all(scope, "${lookup redis{hset ${quote_redis:key:$local_part} ${quote_redis:$local_part} NUMBER}}")
    with Redis(host="127.0.0.1", port=redis_server.port) as client:
        assert [client.get(f"hostile:{number}") for number in range(len(VALUES))] == VALUES
        assert {key: client.hgetall(key) for key in client.keys("key:*")} == {
            b"key:" + value: {value: str(number).encode()} for number, value in enumerate(VALUES)
        }


def test_ldap(ldap_server: RealServer) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import ldap3
    server = ldap3.Server("127.0.0.1", ldap_server.port, get_info=ldap3.NONE)
    connection: Any = ldap3.Connection(server, "cn=admin,o=test", PASSWORD, auto_bind=True, check_names=False)
    try:
        assert connection.add("ou=hostile,o=test", "organizationalUnit")
        for number, value in enumerate(VALUES):
            name = f"cn={''.join(f'{chr(92)}{byte:02x}' for byte in value)}{number},ou=hostile,o=test"
            facts = {"sn": f"x{number}", "userPassword": value}  # which is compared byte by byte
            assert connection.add(name, "person", facts), (value, connection.result)
    finally:
        connection.unbind()
    scope = scope_for("ldap", ldap_server.port)
    by_name_found: list[bytes] = []
    login = f"user=\"cn=admin,o=test\" pass={PASSWORD}"
    for number, value in enumerate(VALUES):
        scope.variables["local_part"] = taint(value)
        by_filter = "ldap:///ou=hostile,o=test?sn?one?(userPassword=${quote_ldap:$local_part})"
        assert expand(f"${{lookup ldapm{{{login} {by_filter}}}}}", scope) == b"x%d" % number
        by_name = f"ldap:///cn=${{quote_ldap_dn:${{local_part}}{number}}},ou=hostile,o=test?sn?base?"
        by_name_found.append(expand(f"${{lookup ldap{{{login} {by_name}}}}}", scope))
    assert not scope.log
    # Leading white space that is not a space gets lost in a name: Exim does not quote it. It finds nothing else, though.
    wrong = [value for number, value in enumerate(VALUES) if by_name_found[number] != b"x%d" % number]
    assert all(re.match(rb"[\r\n\t]", value) for value in wrong), wrong
    assert set(by_name_found) <= {b"x%d" % number for number in range(len(VALUES))} | {b""}


UNQUOTED = {
    "mysql": ("select 1 -- $local_part", b"1"),
    "pgsql": ("select 1 -- $local_part", b"1"),
    "redis": ("echo $local_part", b"x"),
    "ldap": ("ldap:///o=test?o?sub?(o=$local_part)", None),
}


@pytest.mark.parametrize("kind", sorted(UNQUOTED))
def test_unquoted(kind: str, request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue(f"{kind}_server")
    query, expected = UNQUOTED[kind]
    string = "${lookup " + kind + "{" + query + "}{$value}{nothing}}"
    shown = query.replace("$local_part", "x")
    message = f"tainted search query is not properly quoted: {shown}"
    scope = scope_for(kind, server.port)
    scope.variables["local_part"] = taint(b"x")
    assert expand(string, scope) == (expected or b"nothing")
    assert scope.log == [("main", message), ("panic", message)]
    world = live_world()
    world.strict_quoting = True
    strict = scope_for(kind, server.port, world)
    strict.variables["local_part"] = taint(b"x")
    with pytest.raises(ExpansionError) as caught:
        expand(string, strict)
    assert not isinstance(caught.value, SearchDeferred)
    assert caught.value.message == message
    assert len(world.connections) == 0  # the server was not even asked


@pytest.mark.parametrize("kind", ["sqlite", "ldapm", "ldapdn"])
def test_unquoted_where_another_type_quotes(kind: str, tmp_path: Path) -> None:
    """What was quoted for SQL is nothing to a directory, and the other way round; nobody is asked then."""
    with closing(sqlite3.connect(tmp_path / "s.db")):
        pass
    query = "select '$local_part'" if kind == "sqlite" else "ldap:///o=test?o?sub?(o=$local_part)"
    right, wrong = ("sqlite", "ldap") if kind == "sqlite" else ("ldap", "sqlite")
    world = live_world()
    world.strict_quoting = True
    scope = scope_for("ldap", 1, world, f"sqlite_dbfile = {tmp_path}/s.db\n")
    scope.variables["local_part"] = taint(b"x")
    for form in ("$local_part", f"${{quote_{wrong}:$local_part}}"):
        with pytest.raises(ExpansionError, match=r"^tainted search query is not properly quoted: ") as caught:
            expand("${lookup " + kind + "{" + query.replace("$local_part", form) + "}}", scope)
        assert not isinstance(caught.value, SearchDeferred)
    string = "${lookup " + kind + "{" + query.replace("$local_part", f"${{quote_{right}:$local_part}}") + "}}"
    if kind == "sqlite":
        assert expand(string, scope) == b"x"
    else:
        with pytest.raises(Deferred, match="failed to bind the LDAP connection"):
            expand(string, scope)


def test_strict_quoting_is_opened_by_name() -> None:
    assert open_world(strict_quoting=True).strict_quoting
    assert not open_world().strict_quoting
