"""sqlite: SQL on a file (specification 9.26).

A query that only reads is run on a copy of the file in memory, so that nothing is locked, created or changed. One that
writes needs the kind "sqlite" to be allowed, or a fixture, whose call is `FILE QUERY`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from exim_lang.errors import EximLangError
from exim_lang.expand.sql import sql_rows
from exim_lang.search.answers import answered
from exim_lang.search.registry import Reply, SearchOpenError, lookup_type
from exim_lang.world.fixtures import to_text

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

_WAL_VERSION: Final = b"\2\2"
_TIMEOUT: Final = 5.0
_MOST_BYTES: Final = 1 << 30


def _quote(value: bytes, option: str | None) -> bytes | None:
    """Doubles single quotes."""
    return value.replace(b"'", b"''") if option is None else None


def _default_file(scope: Scope) -> bytes:
    """The main option `sqlite_dbfile`, which 4.96 takes as it stands and 4.99 expands; empty when it is not set."""
    text = scope.config.text("sqlite_dbfile")
    if text is None:
        return b""
    return scope.expand(text) if scope.config.dialect.version > (4, 96) else text.encode()


def _open(scope: Scope, file: bytes) -> bytes:
    """Checks that the file, or else its folder, is there: Exim creates the file."""
    try:
        if not scope.world.exists(file):
            scope.world.list_directory(os.path.dirname(file) or b"/")
        else:
            scope.world.read_file(file, _MOST_BYTES)
    except OSError as error:
        raise SearchOpenError("unable to open database file") from error
    return file


@lookup_type("sqlite", kind="file+query", open=_open, quote=_quote, default_file=_default_file)
def sqlite(scope: Scope, handle: bytes, key: bytes, options: tuple[bytes, ...]) -> bytes | Reply | None:
    """The rows of all statements; None for no rows, and for an SQL error, too."""
    world = scope.world
    query = bytes(key)
    call = handle + b" " + query
    if world.fixtures.knows("sqlite", call):
        return answered(scope, "sqlite", call)
    live = world.allows("sqlite")
    try:
        if live:
            connection = sqlite3.connect(os.fsdecode(world.files.locate(handle)), isolation_level=None)
        else:
            connection = _copy(scope, handle)
        try:
            connection.execute(f"pragma busy_timeout = {int(_lock_timeout(scope) * 1000)}")
            rows = _run(connection, query)
        finally:
            connection.close()
        if live and world.recorder is not None:
            world.recorder.put("sqlite", call, None if rows is None else to_text(rows))
    except sqlite3.Error as error:
        if error.sqlite_errorname in ("SQLITE_READONLY", "SQLITE_AUTH"):
            world.allow("sqlite", call)
        if scope.debug is not None:
            scope.debug(f"sqlite3_exec failed: {error}")
        return None
    return rows if rows is not None else Reply(None, 0)


def _lock_timeout(scope: Scope) -> float:
    value = scope.config.option("sqlite_lock_timeout")
    return float(value) if isinstance(value, int | float) else _TIMEOUT


def _copy(scope: Scope, file: bytes) -> sqlite3.Connection:
    """The database in memory, refusing all that writes or reaches other files."""
    world = scope.world
    content = bytearray(world.read_file(file, _MOST_BYTES) if world.exists(file) else b"")
    if content[18:20] == _WAL_VERSION:
        log = file + b"-wal"
        if world.exists(log) and world.stat(log).st_size:
            raise EximLangError(f"{os.fsdecode(file)} has changes in a write-ahead log: allow sqlite to read it")
        content[18:20] = b"\1\1"
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        if content:
            connection.deserialize(bytes(content))
        connection.execute("pragma query_only = on")
        connection.set_authorizer(_authorize)
    except BaseException:
        connection.close()
        raise
    return connection


def _authorize(action: int, *details: str | None) -> int:
    """Refuses ATTACH and DETACH, and the pragma that would let writing through."""
    refused = action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH)
    if action == sqlite3.SQLITE_PRAGMA and details[0] == "query_only":
        refused = True
    return sqlite3.SQLITE_DENY if refused else sqlite3.SQLITE_OK


def _statements(query: bytes) -> Iterator[str]:
    """The statements of a query one by one: Python's interface takes no more."""
    text = query.decode("utf-8", "surrogateescape")
    start = end = 0
    while (end := text.find(";", end)) != -1:
        end += 1
        if sqlite3.complete_statement(text[start:end]):
            yield text[start:end]
            start = end
    if text[start:].strip():
        yield text[start:]


def _run(connection: sqlite3.Connection, query: bytes) -> bytes | None:
    connection.text_factory = bytes
    lines: list[bytes] = []
    for statement in _statements(query):
        cursor = connection.execute(statement)
        names = [str(column[0]).encode("utf-8", "surrogateescape") for column in cursor.description or ()]
        rows = sql_rows(names, ([_text(connection, value) for value in row] for row in cursor))
        if rows is not None:
            lines.append(rows)
    return b"\n".join(lines) if lines else None


def _text(connection: sqlite3.Connection, value: Any) -> bytes:
    """A value as SQLite gives it to Exim: as text, up to the first NUL."""
    match value:
        case None:
            return b"<NULL>"
        case bytes():
            return value.partition(b"\0")[0]
        case float():
            text: bytes = connection.execute("select cast(? as text)", (value,)).fetchone()[0]
            return text
        case _:
            return str(value).encode()
