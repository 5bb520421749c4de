"""The trace in Exim's own words: what `exim -bh` prints behind `>>>`.

Lines of a nested ACL are indented by one column for each level, with a mark every fourth.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exim_lang.expand.scope import Scope


LEVEL_MARK = "╎"
"""Stands at every fourth level; Exim writes it in UTF-8."""


def indentation(depth: int) -> str:
    """What stands in front of a trace line `depth` levels down."""
    return ("   " + LEVEL_MARK) * (depth // 4) + " " * (depth % 4)


class Indented:
    """Takes trace lines and passes them on indented."""

    def __init__(self, listener: Callable[[str], None], depth: int) -> None:
        self.listener = listener
        self.depth = depth

    def __call__(self, line: str) -> None:
        self.listener(indentation(self.depth) + line)


def say(scope: Scope, line: str) -> None:
    """One line of the trace, if somebody listens."""
    if scope.debug is not None:
        scope.debug(line)


def say_unindented(scope: Scope, line: str) -> None:
    """One line that Exim prints at the left whatever the depth is."""
    debug = scope.debug
    if debug is not None:
        (debug.listener if isinstance(debug, Indented) else debug)(line)


@contextmanager
def deeper(scope: Scope, levels: int = 1) -> Iterator[None]:
    """While this lasts, trace lines are indented by so many levels more."""
    outer = scope.debug
    if outer is None:
        yield
        return
    if isinstance(outer, Indented):
        scope.debug = Indented(outer.listener, outer.depth + levels)
    else:
        scope.debug = Indented(outer, levels)
    try:
        yield
    finally:
        scope.debug = outer
