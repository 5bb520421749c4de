"""mysql: SQL on a MySQL or MariaDB server (specification 9.21 to 9.24)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.expand.sql import quote_value
from exim_lang.expand.sql_servers import ask_servers
from exim_lang.search.registry import Reply, lookup_type

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


def _quote(value: bytes, option: str | None) -> bytes | None:
    return quote_value(value, b"\\'") if option is None else None


@lookup_type("mysql", kind="query", quote=_quote)
def mysql(scope: Scope, handle: None, key: bytes, options: tuple[bytes, ...]) -> bytes | Reply | None:
    """The rows as Exim joins them, from a fixture whose call is the query without server names."""
    return ask_servers(scope, "mysql", ("MySQL", "MySQL"), key, options)
