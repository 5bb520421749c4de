"""pgsql: SQL on a PostgreSQL server (specification 9.21 to 9.25)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.expand.sql import bare_query, quote_value
from exim_lang.search.answers import answered
from exim_lang.search.registry import lookup_type

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


def _quote(value: bytes, option: str | None) -> bytes | None:
    return quote_value(value, b"''") if option is None else None


@lookup_type("pgsql", kind="query", quote=_quote)
def pgsql(scope: Scope, handle: None, key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """The rows as Exim joins them, from a fixture whose call is the query without server names."""
    return answered(scope, "pgsql", bare_query(scope, "PGSQL", key))
