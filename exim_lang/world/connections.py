"""Connections to live servers: opened when first needed, kept for a run, closed at its end."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, TypeVar

Connection = TypeVar("Connection")


class Connections:
    """The open connections of one World, by kind ("pgsql") and place (a server without its password).

    They are closed by `close()`, or when nobody uses this object any more, at the latest when the program ends.
    """

    def __init__(self) -> None:
        self._open: dict[tuple[str, bytes], tuple[Any, Callable[[Any], None]]] = {}
        self._finalizer = weakref.finalize(self, _close_all, self._open)

    def get(
        self, kind: str, place: bytes, connect: Callable[[], Connection], close: Callable[[Connection], None]
    ) -> Connection:
        """The connection to `place`: the open one, or what `connect()` gives. `close` will be used to end it."""
        known = self._open.get((kind, place))
        if known is None:
            known = self._open[kind, place] = (connect(), close)
        connection: Connection = known[0]
        return connection

    def drop(self, kind: str, place: bytes) -> None:
        """Closes one connection, because it is broken: the next `get` opens another."""
        known = self._open.pop((kind, place), None)
        if known is not None:
            connection, close = known
            close(connection)

    def __len__(self) -> int:
        return len(self._open)

    def close(self) -> None:
        """Closes all connections; new ones may be opened afterwards."""
        _close_all(self._open)


def _close_all(connections: dict[tuple[str, bytes], tuple[Any, Callable[[Any], None]]]) -> None:
    while connections:
        _, (connection, close) = connections.popitem()
        close(connection)
