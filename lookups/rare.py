"""nis, nis0, nisplus, oracle, ibase, whoson, nmh: servers that hardly anybody runs, answered from fixtures."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from exim_lang.expand.sql import quote_value
from exim_lang.search.answers import answered
from exim_lang.search.registry import lookup_type

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


def _quote_sql(value: bytes, option: str | None) -> bytes | None:
    return quote_value(value, b"\\'") if option is None else None


def _quote_nisplus(value: bytes, option: str | None) -> bytes | None:
    return value.replace(b'"', b'""') if option is None else None


def _single_key(kind: str) -> Callable[[Scope, bytes, bytes, tuple[bytes, ...]], bytes | None]:
    """A lookup in a named map: the call is `MAP KEY`."""

    def find(scope: Scope, handle: bytes, key: bytes, options: tuple[bytes, ...]) -> bytes | None:
        return answered(scope, kind, handle + b" " + bytes(key))

    return find


def _query(kind: str) -> Callable[[Scope, None, bytes, tuple[bytes, ...]], bytes | None]:
    """A lookup whose call is the query."""

    def find(scope: Scope, handle: None, key: bytes, options: tuple[bytes, ...]) -> bytes | None:
        return answered(scope, kind, bytes(key))

    return find


def _name(scope: Scope, file: bytes) -> bytes:
    """A map or a server is not opened: its name stands for it."""
    return file


lookup_type("nis", "nis0", kind="single-key", open=_name)(_single_key("nis"))
lookup_type("nmh", kind="single-key", open=_name)(_single_key("nmh"))
lookup_type("nisplus", kind="query", quote=_quote_nisplus)(_query("nisplus"))
lookup_type("oracle", kind="query", quote=_quote_sql)(_query("oracle"))
lookup_type("ibase", kind="query", quote=_quote_sql)(_query("ibase"))
lookup_type("whoson", kind="query")(_query("whoson"))
