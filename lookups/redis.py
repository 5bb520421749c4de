"""redis: commands to a Redis server (specification 9.22, 9.23 and 9.27).

A connection stays open for the run. As Exim does, the password and the number of the database are sent before every
command, and what the server says to them is not looked at.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, Final

from exim_lang.expand.sql_servers import Family, NoOtherServer, Server, ask_servers, server_text
from exim_lang.search.registry import Reply, SearchDeferred, lookup_type

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from exim_lang.expand.scope import Scope
    from exim_lang.world.world import World

_PORT: Final = 6379
_MOST_WORDS: Final = 32
_WORD: Final = re.compile(rb"(?:[^\s\\]|\\.)+", re.DOTALL)
_HOST: Final = re.compile(rb"([^(:]*)(?::([0-9]*)[^(]*)?(?:\(([^)]*).*)?", re.DOTALL)


def _quote(value: bytes, option: str | None) -> bytes | None:
    return re.sub(rb"([\s\\])", rb"\\\1", value) if option is None else None


@lookup_type("redis", kind="query", quote=_quote)
def redis(scope: Scope, handle: None, key: bytes, options: tuple[bytes, ...]) -> bytes | Reply | None:
    """The reply as text: arrays joined by newlines, an integer as `true` or `false`, nothing as an empty string."""
    return ask_servers(scope, FAMILY, key, options)


def _ask(world: World, server: Server, command: bytes) -> bytes | Reply | None:
    connection = world.connections.get("redis", server.place, lambda: _connection(world, server), _close)
    steps: list[tuple[list[bytes], Callable[[str], str]]] = []
    if server.password:
        steps.append(([b"AUTH", server.password], lambda reason: f"REDIS Authentication failed: {reason}\n"))
    if server.database:
        shown = server.database.decode("latin-1")
        steps.append(
            ([b"SELECT", server.database], lambda reason: f"REDIS: Selecting database={shown} failed: {reason}\n")
        )
    words = [re.sub(rb"\\(.)", rb"\1", word, flags=re.DOTALL) for word in _WORD.findall(command)][:_MOST_WORDS]
    steps.append((words, lambda reason: f"REDIS: query failed: {reason}\n"))
    reply: object = None
    for arguments, failed in steps:
        try:
            reply = _call(connection, arguments)
        except OSError as error:
            world.connections.drop("redis", server.place)
            raise SearchDeferred(failed(error.strerror or str(error))) from error
    return _result(reply)


def _connection(world: World, server: Server) -> Any:
    """A connection that is opened with its first command."""
    from redis import connection  # slow to load

    place = _HOST.fullmatch(server.host)
    if place is None or b"/" in place[1]:
        shown = server.host.partition(b"(")[0].decode("latin-1")
        raise NoOtherServer(f"unexpected slash in Redis server hostname: {shown}")
    # Error replies are wanted as they come, not sorted into exceptions with half of their text.
    library: Any = connection  # which has types for its users, not for this
    parser = type("Parser", (library.DefaultParser,), {"EXCEPTION_CLASSES": {}})
    settings: dict[str, Any] = {"socket_timeout": world.timeout, "parser_class": parser, "protocol": 2, "driver_info": None}
    if place[3]:
        return library.UnixDomainSocketConnection(path=os.fsdecode(place[3]), **settings)
    port = int(place[2]) if place[2] else _PORT
    return library.Connection(host=os.fsdecode(place[1]), port=port, **settings)


def _close(connection: Any) -> None:
    connection.disconnect()


def _call(connection: Any, words: Sequence[bytes]) -> object:
    """Sends a command; returns its reply, an error reply as the exception. Raises OSError, in hiredis' words."""
    from redis.exceptions import ConnectionError, ResponseError, TimeoutError  # loaded with the connection

    packed = b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
    try:
        connection.send_packed_command([packed])
        return connection.read_response(disable_decoding=True)
    except ResponseError as error:
        return error
    except TimeoutError as error:
        raise OSError("Resource temporarily unavailable") from error
    except ConnectionError as error:
        cause = error.__cause__ or error.__context__
        if isinstance(cause, OSError) and cause.strerror:
            raise OSError(cause.strerror) from error
        raise OSError("Server closed the connection") from error


def _result(reply: object) -> bytes | Reply | None:
    match reply:
        case None:
            return Reply(b"", 0)
        case int():
            return b"true" if reply else b"false"
        case bytes():
            return reply
        case list():
            return _joined(reply)
        case error:
            message = f"REDIS: lookup result failed: {server_text(error)}\n"
            raise (SearchDeferred if str(error).startswith("MOVED") else NoOtherServer)(message)


def _joined(entries: list[object]) -> bytes | None:
    """The entries of an array and of the arrays in it; what is nested deeper, nil and errors are left out."""
    text: bytes | None = None
    for entry in entries:
        if text is not None:
            text += b"\n"
        nested = isinstance(entry, list)
        for value in entry if isinstance(entry, list) else [entry]:
            if nested and text is not None:
                text += b"\n"
            if isinstance(value, int | bytes):
                text = (text or b"") + (value if isinstance(value, bytes) else b"%d" % value)
    return text


FAMILY: Final = Family("redis", "Redis", "Redis", 3, _ask)
