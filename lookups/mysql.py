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
_QUERY: Final = 3
_HEADER: Final = 4
_LONGEST_PACKET: Final = 0xFFFFFF
_LONGEST_END: Final = 9
_NO_ROWS: Final = b"\x00\xfb\xfe\xff"
"""How answers begin that have no rows: success, a request for a file, an end, an error."""
_MORE_RESULTS: Final = 8
_NULL: Final = 0xFB
_WIDTHS: Final = {0xFC: 2, 0xFD: 3, 0xFE: 8}


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
        connection._execute_command(_QUERY, query)
        read = _read_rows(connection)
        if read is not None:
            return _rows(*read)
        connection._read_query_result()
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


def _read_rows(connection: Any) -> tuple[list[bytes], list[list[bytes | None]]] | None:
    """The columns and the rows of an answer; None, with nothing read of it, for one without, which is the driver's.

    The driver takes longer for them than the server. There is a packet with the number of columns, one for each column, one
    for each row, and one behind either: see "Text Resultset" in the description of MySQL's protocol.
    """
    file = connection._rfile
    number = 0

    def packet() -> bytes:
        nonlocal number
        content = b""
        while True:
            header = file.read(_HEADER)
            size = int.from_bytes(header[:3], "little")
            piece: bytes = file.read(size) if len(header) == _HEADER else b""
            if len(header) < _HEADER or len(piece) < size:
                raise ConnectionResetError
            number = header[3]
            content = content + piece if content else piece
            if size < _LONGEST_PACKET:
                return content

    if connection._current_timeout != connection._read_timeout:
        connection._sock.settimeout(connection._read_timeout)
        connection._current_timeout = connection._read_timeout
    try:
        first = file.peek(_HEADER + 1)[_HEADER : _HEADER + 1]
        if not first or first in _NO_ROWS:
            return None
        count, _ = _length(packet(), 0)
        columns = [packet() for _ in range(count)]
        names = [_fields(column, 5)[-1] or b"" for column in columns] if count > 1 else [b""]  # of one nobody asks
        packet()
        rows = []
        while not ((row := packet())[:1] == b"\xfe" and len(row) < _LONGEST_END):
            if row[:1] == b"\xff":
                from pymysql.protocol import MysqlPacket

                MysqlPacket(row, connection.encoding).raise_for_error()
            rows.append(_fields(row))
    except OSError as error:
        from pymysql.err import OperationalError

        raise OperationalError(2013, "Lost connection to MySQL server during query") from error
    connection._next_seq_id = (number + 1) % 256
    more = row[3] & _MORE_RESULTS
    while more:  # Exim takes the first result only
        connection._read_query_result()
        more = connection._result.has_next
    return names, rows


def _fields(packet: bytes, most: int = -1) -> list[bytes | None]:
    """The strings that a packet consists of, the first ones of a longer one; None is NULL."""
    found: list[bytes | None] = []
    at, end = 0, len(packet)
    while at < end and len(found) != most:
        if packet[at] == _NULL:
            found.append(None)
            at += 1
            continue
        size, at = _length(packet, at)
        found.append(packet[at : at + size])
        at += size
    return found


def _length(packet: bytes, at: int) -> tuple[int, int]:
    """A number of one, two, three or eight bytes, and the offset behind it."""
    first = packet[at]
    if first < _NULL:
        return first, at + 1
    width = _WIDTHS[first]
    return int.from_bytes(packet[at + 1 : at + 1 + width], "little"), at + 1 + width


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
