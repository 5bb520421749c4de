"""What Exim writes into its log about lists, and where a list is the end of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.errors import ProcessDied
from exim_lang.lists.result import ItemDeferred

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


def log(scope: Scope, line: str, *, panic: bool = False) -> None:
    """Writes a line to the main log, and to the panic log as well."""
    logs = ("main", "panic") if panic else ("main",)
    scope.log.extend([(name, line) for name in logs])


def trace(scope: Scope, line: str) -> None:
    """A line for whoever listens to the trace."""
    if scope.debug is not None:
        scope.debug(line)


def version_of(scope: Scope) -> tuple[int, int]:
    """The version of Exim whose behaviour is wanted."""
    return scope.config.dialect.version


def fatal(scope: Scope, message: str) -> ItemDeferred | ProcessDied:
    """What to raise for an item that Exim cannot use at all: an unknown lookup type, a file that cannot be opened.

    Up to 4.98 this is the end of the process (ProcessDied); since 4.99 the list is deferred (ItemDeferred).
    """
    log(scope, message, panic=True)
    return ItemDeferred(message) if version_of(scope) >= (4, 99) else ProcessDied(message)


def check_metadata(scope: Scope, item: bytes) -> None:
    """Since 4.99, items that stand for something else, in a list that somebody outside could choose, are logged."""
    if version_of(scope) >= (4, 99):
        log(scope, f"attempt to use tainted list metadata {item.decode('latin-1')}", panic=True)
