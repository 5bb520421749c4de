"""pgsql: SQL on a PostgreSQL server (specification 9.21 to 9.25)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from exim_lang.errors import EximLangError
from exim_lang.expand.sql import quote_value, sql_rows
from exim_lang.expand.sql_servers import Server, ask_servers
from exim_lang.search.registry import Reply, SearchDeferred, lookup_type

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

_SOCKET: Final = re.compile(rb"\((.*)/\.s\.PGSQL\.([0-9]+)\)")
_HOST: Final = re.compile(rb"([^:]*)(?::([0-9]+))?")


def _quote(value: bytes, option: str | None) -> bytes | None:
    return quote_value(value, b"''") if option is None else None


@lookup_type("pgsql", kind="query", quote=_quote)
def pgsql(scope: Scope, handle: None, key: bytes, options: tuple[bytes, ...]) -> bytes | Reply | None:
    """The rows; for a statement that gives none, the number of rows it affected, or nothing."""
    return ask_servers(scope, "pgsql", ("PostgreSQL", "pgSQL"), key, options, _ask)


def _ask(server: Server, query: bytes) -> bytes | Reply | None:
    """Asks a live server."""
    try:
        from psycopg import pq  # optional, and slow to load
    except ImportError as error:
        raise EximLangError("live pgsql lookups need the Python package psycopg") from error

    connection = pq.PGconn.connect(_connection_string(server))
    try:
        if connection.status != pq.ConnStatus.OK:
            raise SearchDeferred(f"PGSQL connection failed: {connection.error_message.decode('latin-1')}")
        result = connection.exec_(query)
        if result.status == pq.ExecStatus.COMMAND_OK:
            affected = result.command_tuples
            return Reply(None if affected is None else b"%d" % affected, 0)
        if result.status != pq.ExecStatus.TUPLES_OK:
            reason = result.error_message.decode("latin-1")
            status = f"PGRES_{pq.ExecStatus(result.status).name}"
            raise SearchDeferred(f"PGSQL: query failed: {reason} ({status}) ({query.decode('latin-1')})\n")
        columns = range(result.nfields)
        rows = ([result.get_value(row, column) or b"" for column in columns] for row in range(result.ntuples))
        return sql_rows([result.fname(column) or b"" for column in columns], rows)
    finally:
        connection.finish()


def _connection_string(server: Server) -> bytes:
    """The server in the words of libpq."""
    place = _SOCKET.fullmatch(server.host) or _HOST.fullmatch(server.host)
    if place is None:
        raise SearchDeferred(f"PGSQL invalid filename or host for server: {server.host.decode('latin-1')}")
    words = {b"host": place[1], b"port": place[2] or b"5432", b"dbname": server.database}
    words |= {b"user": server.user, b"password": server.password, b"connect_timeout": b"10"}
    escaped = {word: re.sub(rb"(['\\])", rb"\\\1", value) for word, value in words.items() if value}
    return b" ".join(b"%s='%s'" % pair for pair in escaped.items())
