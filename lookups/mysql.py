"""mysql: SQL on a MySQL or MariaDB server (specification 9.21 to 9.24)."""

from __future__ import annotations

import errno
import os
import re
import socket
import struct
from typing import TYPE_CHECKING, Any, Final

from exim_lang.errors import EximLangError
from exim_lang.expand.sql import quote_value, sql_rows
from exim_lang.expand.sql_servers import Family, NoOtherServer, Server, ask_servers, server_text
from exim_lang.search.registry import Reply, SearchDeferred, lookup_type

if TYPE_CHECKING:
    from pymysql.connections import Connection

    from exim_lang.expand.scope import Scope
    from exim_lang.world.world import World

_HOST: Final = re.compile(rb"([^:(\[]*)(?::([0-9]*)[^(\[]*)?(?:\(([^)]*)\)?)?(?:\[([^\]]*)\]?)?")
_OPTION_FILES: Final = ("/etc/my.cnf", "/etc/mysql/my.cnf")
_SOCKET: Final = "/run/mysqld/mysqld.sock"
_PORT: Final = 3306
_CANNOT_CONNECT: Final = 2003
_GONE: Final = (2006, 2013, 2014, 2055)


def _quote(value: bytes, option: str | None) -> bytes | None:
    return quote_value(value, b"\\'") if option is None else None


@lookup_type("mysql", kind="query", quote=_quote)
def mysql(scope: Scope, handle: None, key: bytes, options: tuple[bytes, ...]) -> bytes | Reply | None:
    """The rows; for a statement that gives none, the number of rows it affected."""
    return ask_servers(scope, FAMILY, key, options)


def _ask(world: World, server: Server, query: bytes) -> bytes | Reply | None:
    from pymysql.err import MySQLError  # slow to load

    connection: Any = world.connections.get("mysql", server.place, lambda: _connect(world, server), _close)
    try:
        connection.query(query)
        result: Any = connection._result  # a cursor would convert values and add commands of its own
        if result.description is None:
            return Reply(b"%d" % result.affected_rows, 0)
        names = [field.name.encode("utf-8", "surrogateescape") for field in result.fields]
        rows = result.rows or ()
        while result.has_next:  # Exim takes the first result only
            connection.next_result()
            result = connection._result
    except RuntimeError as error:
        world.connections.drop("mysql", server.place)
        raise EximLangError("mysql: LOAD DATA LOCAL would send a file of this machine: not done") from error
    except (MySQLError, OSError, struct.error) as error:
        number, reason = _reason(error)
        if number in _GONE or not isinstance(error, MySQLError):
            world.connections.drop("mysql", server.place)
        raise SearchDeferred(f"MYSQL: query failed: {reason}\n") from error
    return _rows(names, rows)


def _rows(names: list[bytes], rows: Any) -> bytes | None:
    """The rows; a single column that is NULL adds nothing, and is nothing when no row before it was anything."""
    if len(names) > 1:
        return sql_rows(names, ([value or b"" for value in row] for row in rows))
    text: bytes | None = None
    for (value,) in rows:
        if text is not None:
            text += b"\n"
        if value is not None:
            text = (text or b"") + value
    return text


def _connect(world: World, server: Server) -> Connection[Any]:
    import pymysql  # slow to load
    from pymysql.constants import CLIENT

    place = _HOST.fullmatch(server.host)
    if place is None or b"/" in place[1]:
        shown = re.split(rb"[:(\[]", server.host)[0].decode("latin-1")
        raise NoOtherServer(f"unexpected slash in MySQL server hostname: {shown}")
    settings: dict[str, Any] = {"host": os.fsdecode(place[1]), "port": int(place[2] or 0) or _PORT}
    if place[1] in (b"", b"localhost"):
        settings |= {"host": "localhost", "unix_socket": os.fsdecode(place[3] or b"") or _SOCKET}
    if place[4]:
        file = next((name for name in _OPTION_FILES if os.path.exists(name)), _OPTION_FILES[-1])
        settings |= {"read_default_file": file, "read_default_group": os.fsdecode(place[4])}
    try:
        made: Any = pymysql.connect(
            defer_connect=True,
            user=os.fsdecode(server.user),
            password=server.password,
            database=os.fsdecode(server.database) or None,
            connect_timeout=max(1, int(world.timeout)),
            read_timeout=world.timeout,
            write_timeout=world.timeout,
            charset="utf8mb4",
            use_unicode=False,
            conv={},
            client_flag=CLIENT.MULTI_RESULTS,
            autocommit=None,
            **settings,
        )
        if made.unix_socket:
            made._secure = True  # nobody listens in: passwords may be sent as they are
            made.connect(_unix_socket(made.unix_socket, made.connect_timeout))
        else:
            made.connect()
    except (pymysql.err.MySQLError, OSError) as error:
        raise SearchDeferred(f"MYSQL connection failed: {_reason(error, server)[1]}") from error
    connection: Connection[Any] = made
    return connection


def _unix_socket(path: str, timeout: float) -> socket.socket:
    """A connected socket: pymysql forgets to close its own when there is no server."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        made.settimeout(timeout)
        made.connect(path)
    except BaseException:
        made.close()
        raise
    return made


def _reason(error: Exception, server: Server | None = None) -> tuple[int, str]:
    """The number of an error and its text, in the words of the library that Exim uses."""
    number, text = (*error.args, "")[:2] if error.args and isinstance(error.args[0], int) else (0, str(error))
    cause = error if isinstance(error, OSError) else getattr(error, "original_exception", None)
    if server is not None and (number == _CANNOT_CONNECT or cause is not None):
        text = _not_connected(server, cause)
    elif number in (2006, 2055) or isinstance(error, BrokenPipeError):
        text = "Server has gone away"
    elif number == 2013:
        text = "Lost connection to server during query"
    return number, server_text(text)


def _not_connected(server: Server, cause: Exception | None) -> str:
    """Why there is no connection. The library does not wait for TCP: whatever happens, it reports EINPROGRESS."""
    place = _HOST.match(server.host)
    host = place[1].decode("latin-1") if place else ""
    if host in ("", "localhost"):
        path = (place[3] or b"").decode("latin-1") if place else ""
        code = cause.errno if isinstance(cause, OSError) else 0
        return f"Can't connect to local server through socket '{path or _SOCKET}' ({code})"
    if isinstance(cause, socket.gaierror):
        return f"Unknown server host '{host}' ({cause.errno})"
    code = errno.ETIMEDOUT if isinstance(cause, TimeoutError) else errno.EINPROGRESS
    return f"Can't connect to server on '{host}' ({code})"


def _close(connection: Connection[Any]) -> None:
    if connection.open:
        connection.close()


FAMILY: Final = Family("mysql", "MySQL", "MySQL", 4, _ask)
