"""The servers of a lookup: which to ask, and asking one after the other (specification 9.22 and 9.23)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from exim_lang.expand.string_list import split_list
from exim_lang.records import dataclass
from exim_lang.search.answers import answered
from exim_lang.search.registry import Reply, SearchDeferred
from exim_lang.search.search import obsolete_syntax
from exim_lang.taint import is_tainted, like

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.world.world import World

_SPACES: Final = b" \t\n\v\f\r"


class NoOtherServer(SearchDeferred):
    """An error that Exim does not try the next server after."""


@dataclass(frozen=True, slots=True)
class Server:
    """One item of `mysql_servers` or `pgsql_servers`: `host/database/user/password`; redis has no user."""

    host: bytes
    database: bytes
    user: bytes
    password: bytes
    place: bytes
    """What tells its connection from others; the password does not."""


Ask: TypeAlias = "Callable[[World, Server, bytes], bytes | Reply | None]"


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """What differs between the types that ask servers.

    `kind` is the lookup type; `title` and `short` are Exim's two spellings of it ("PostgreSQL", "pgSQL"), `fields` how
    many items separated by slashes describe a server. `ask(world, server, query)` asks a live server; it raises
    SearchDeferred to have the next one tried, NoOtherServer to end the search.
    """

    kind: str
    title: str
    short: str
    fields: int
    ask: Ask


def ask_servers(scope: Scope, family: Family, key: bytes, options: tuple[bytes, ...]) -> bytes | Reply | None:
    """The answer of the first server that gives one. The fixture's call is the query without servers."""
    servers, query = _servers_of(scope, family, key, options)
    first = _parse(servers[0], family) if servers and b"/" in servers[0] else None
    if first is not None and is_tainted(servers[0]):
        shown = b"/".join([first.host, first.database]).decode("latin-1")
        raise SearchDeferred(f'{family.title} server "{shown}" is tainted')
    changed = False

    def live() -> bytes | None:
        nonlocal changed
        failed: SearchDeferred | None = None
        for item in servers:
            try:
                if b"/" not in item:  # the name of a server with more facts, which would stand in this very list
                    raise NoOtherServer(_not_found(family, item))
                reply = family.ask(scope.world, _parse(item, family), query)
            except NoOtherServer:
                raise
            except SearchDeferred as error:
                failed = error
                continue
            changed = isinstance(reply, Reply)
            found = reply.value if isinstance(reply, Reply) else reply
            return None if found is None else found.partition(b"\0")[0]  # Exim's strings end there
        raise failed or SearchDeferred("")

    value = answered(scope, family.kind, query, live)
    return Reply(value, 0) if changed else value


def _servers_of(scope: Scope, family: Family, key: bytes, options: tuple[bytes, ...]) -> tuple[list[bytes], bytes]:
    """The servers to ask and the query without them."""
    kind, title = family.kind, family.title
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
    default = default_servers(scope, kind)
    if named is None:
        if not default:
            unset = f"{kind}_servers" not in scope.config.main
            raise SearchDeferred(f"no {title} servers defined ({kind}_servers option)" if unset else "")
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
            raise SearchDeferred(_not_found(family, name))
    return servers, query


def _not_found(family: Family, name: bytes) -> str:
    return f'{family.title} server "{name.decode("latin-1")}" not found in {family.kind}_servers'


def default_servers(scope: Scope, kind: str) -> list[bytes]:
    """The items of the main option `KIND_servers`, which is not expanded; not to be changed."""
    memo = scope.config.memo
    servers: list[bytes] | None = memo.get(f"servers of {kind}")
    if servers is None:
        text = scope.config.text(f"{kind}_servers")
        servers = memo[f"servers of {kind}"] = list(split_list(text.encode())) if text is not None else []
    return servers


@lru_cache(maxsize=64)
def _parse(server: bytes, family: Family) -> Server:
    """Takes an item apart, from its end: the host may hold slashes."""
    parts = bytes(server).rsplit(b"/", family.fields - 1)
    if len(parts) < family.fields:
        shown = bytes(server).rpartition(b"/")[0] or bytes(server)
        raise NoOtherServer(f"incomplete {family.short} server data: {shown.decode('latin-1')}")
    user = parts[2] if family.fields == 4 else b""
    return Server(parts[0], parts[1], user, parts[-1], b"/".join((parts[0], parts[1], user)))


def server_text(message: object) -> str:
    """What a server or its driver said, as the text of a message: one character a byte."""
    return str(message).encode("utf-8", "surrogateescape").decode("latin-1")
