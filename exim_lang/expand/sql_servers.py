"""The servers of a lookup: which to ask, and asking one after the other (specification 9.22 and 9.23)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from exim_lang.expand.string_list import split_list
from exim_lang.search.answers import answered
from exim_lang.search.registry import Reply, SearchDeferred
from exim_lang.search.search import obsolete_syntax
from exim_lang.taint import is_tainted, like

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

_SPACES: Final = b" \t\n\v\f\r"


@dataclass(frozen=True, slots=True)
class Server:
    """One item of `mysql_servers` or `pgsql_servers`: `host/database/user/password`."""

    host: bytes
    database: bytes
    user: bytes
    password: bytes


Ask: TypeAlias = "Callable[[Server, bytes], bytes | Reply | None]"


def ask_servers(
    scope: Scope, kind: str, titles: tuple[str, str], key: bytes, options: tuple[bytes, ...], ask: Ask | None = None
) -> bytes | Reply | None:
    """The answer of the first server that gives one.

    `titles` are Exim's two spellings of the kind ("PostgreSQL", "pgSQL"). The fixture's call is the query without
    servers. `ask(server, query)` asks a live server and raises SearchDeferred to have the next one tried; without it
    there are only fixtures.
    """
    title, short = titles
    servers, query = _servers_of(scope, kind, title, key, options)
    parsed = [_parse(server, short) for server in servers]
    if is_tainted(key) and servers and is_tainted(servers[0]):
        shown = b"/".join([parsed[0].host, parsed[0].database]).decode("latin-1")
        raise SearchDeferred(f'{title} server "{shown}" is tainted')
    changed = False

    def live() -> bytes | None:
        nonlocal changed
        failed = SearchDeferred("")
        for server in parsed:
            try:
                reply = ask(server, query) if ask is not None else None
            except SearchDeferred as error:
                failed = error
                continue
            if isinstance(reply, Reply):
                changed = True
                return reply.value
            return reply
        raise failed

    value = answered(scope, kind, query, live if ask is not None else None)
    return Reply(value, 0) if changed else value


def _servers_of(
    scope: Scope, kind: str, title: str, key: bytes, options: tuple[bytes, ...]
) -> tuple[list[bytes], bytes]:
    """The servers to ask and the query without them."""
    query = bytes(key)
    named = next((option[8:] for option in options if option.startswith(b"servers=")), None)
    if named is None and query.startswith(b"servers"):
        rest = query[7:].lstrip(_SPACES)
        if not rest.startswith(b"="):
            raise SearchDeferred(f'missing = after "servers" in {title} lookup')
        names, semicolon, query = rest[1:].partition(b";")
        if not semicolon:
            raise SearchDeferred(f'missing ; after "servers=" in {title} lookup')
        obsolete_syntax(scope)
        named = like(names, key)
        query = query.lstrip(_SPACES)
    text = scope.config.text(f"{kind}_servers")
    default = list(split_list(text.encode())) if text is not None else []
    if named is None:
        if not default:
            raise SearchDeferred(f"no {title} servers defined ({kind}_servers option)")
        return default, query
    servers = []
    for name in split_list(named):
        if b"/" in name:
            servers.append(name)
            continue
        for server in default:
            if server.partition(b"/")[0] == name:
                servers.append(server)
                break
        else:
            shown = name.decode("latin-1")
            raise SearchDeferred(f'{title} server "{shown}" not found in {kind}_servers')
    return servers, query


def _parse(server: bytes, short: str) -> Server:
    """Takes an item apart, from its end: the host may hold slashes."""
    rest, fields = bytes(server), []
    for _ in range(3):
        before, slash, field = rest.rpartition(b"/")
        if not slash:
            raise SearchDeferred(f"incomplete {short} server data: {rest.decode('latin-1')}")
        fields.append(field)
        rest = before
    return Server(rest, fields[2], fields[1], fields[0])
