"""pgsql: SQL on a PostgreSQL server (specification 9.21 to 9.25)."""

from __future__ import annotations

import re
import select
import time
from typing import TYPE_CHECKING, Final

from exim_lang.expand.sql import quote_value, sql_rows
from exim_lang.expand.sql_servers import Family, NoOtherServer, Server, ask_servers
from exim_lang.search.registry import Reply, SearchDeferred, lookup_type

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn

    from exim_lang.expand.scope import Scope
    from exim_lang.world.world import World

_TUPLES_OK: Final = 2  # ExecStatus.TUPLES_OK, whose module is slow to load


def _quote(value: bytes, option: str | None) -> bytes | None:
    return quote_value(value, b"''") if option is None else None


@lookup_type("pgsql", kind="query", quote=_quote)
def pgsql(scope: Scope, handle: None, key: bytes, options: tuple[bytes, ...]) -> bytes | Reply | None:
    """The rows; for a statement that gives none, the number of rows it affected, or nothing."""
    return ask_servers(scope, FAMILY, key, options)


def _ask(world: World, server: Server, query: bytes) -> bytes | Reply | None:
    """Asks a live server."""
    connection = world.connections.get("pgsql", server.place, lambda: _connect(world, server), _close)
    result = connection.exec_(query)
    if result.status == _TUPLES_OK and result.nfields == 1:
        values = [result.get_value(row, 0) or b"" for row in range(result.ntuples)]
        return b"\n".join(values) if values else None
    from psycopg import pq

    if result.status in (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.EMPTY_QUERY):
        affected = result.command_tuples
        return Reply(None if affected is None else b"%d" % affected, 0)
    if result.status != _TUPLES_OK:
        reason = result.error_message.decode("latin-1")
        if connection.status != pq.ConnStatus.OK:
            world.connections.drop("pgsql", server.place)
        status = f"PGRES_{pq.ExecStatus(result.status).name}"
        raise SearchDeferred(f"PGSQL: query failed: {reason} ({status}) ({query.decode('latin-1')})\n")
    columns = range(result.nfields)
    rows = ([result.get_value(row, column) or b"" for column in columns] for row in range(result.ntuples))
    return sql_rows([result.fname(column) or b"" for column in columns], rows)


def _connect(world: World, server: Server) -> PGconn:
    from psycopg import pq  # slow to load

    connection = pq.PGconn.connect_start(_connection_string(world, server))
    if not _poll(connection, time.monotonic() + world.timeout):
        reason = connection.error_message.decode("latin-1")
        if not reason:
            place = f'"{connection.host.decode("latin-1")}", port {connection.port.decode("latin-1")}'
            reason = f"connection to server at {place} failed: "
        if reason.endswith("failed: "):  # libpq has begun a sentence that it did not come to the end of
            reason += "timeout expired\n"
        connection.finish()
        raise SearchDeferred(f"PGSQL connection failed: {reason}")
    connection.notice_handler = None
    return connection


def _poll(connection: PGconn, deadline: float) -> bool:
    """Waits for a connection without keeping other threads from running; False when there is none."""
    from psycopg import pq

    while True:
        state = connection.connect_poll()
        if state in (pq.PollingStatus.OK, pq.PollingStatus.FAILED):
            return state == pq.PollingStatus.OK
        left = deadline - time.monotonic()
        handles = [connection.socket]
        reading = state == pq.PollingStatus.READING
        if left <= 0 or not any(select.select(handles if reading else [], [] if reading else handles, [], left)):
            return False


def _close(connection: PGconn) -> None:
    connection.finish()


def _connection_string(world: World, server: Server) -> bytes:
    """The server in the words of libpq."""
    host, port = server.host, b""
    if host.startswith(b"("):
        path = host[1:].partition(b")")[0]
        host, slash, name = path.rpartition(b"/")
        _, dot, port = name.rpartition(b".")
        if not slash or not dot:
            raise NoOtherServer(f"PGSQL invalid filename for socket: {path.decode('latin-1')}")
    else:
        host, _, port = host.partition(b":")
        if b"/" in host:
            raise NoOtherServer(f"unexpected slash in pgSQL server hostname: {host.decode('latin-1')}")
    seconds = max(1, int(world.timeout))
    words = {b"host": host, b"port": port, b"dbname": server.database, b"user": server.user, b"password": server.password}
    words |= {b"connect_timeout": b"%d" % seconds, b"tcp_user_timeout": b"%d" % (seconds * 1000)}
    words[b"client_encoding"] = b"SQL_ASCII"  # the server leaves bytes alone
    escaped = {word: re.sub(rb"(['\\])", rb"\\\1", value) for word, value in words.items() if value}
    return b" ".join(b"%s='%s'" % pair for pair in escaped.items())


FAMILY: Final = Family("pgsql", "PostgreSQL", "pgSQL", 4, _ask)
