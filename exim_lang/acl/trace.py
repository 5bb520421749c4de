"""The trace in Exim's own words: what `exim -bh` prints behind `>>>`.

Lines of a nested ACL are indented by one column for each level, with a mark every fourth.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


LEVEL_MARK = "╎"
"""Stands at every fourth level; Exim writes it in UTF-8."""


@cache
def indentation(depth: int) -> str:
    """What stands in front of a trace line `depth` levels down."""
    return ("   " + LEVEL_MARK) * (depth // 4) + " " * (depth % 4)


class Indented:
    """Takes trace lines and passes them on indented."""

    __slots__ = ("depth", "listener", "space")

    def __init__(self, listener: Callable[[str], None], depth: int) -> None:
        self.listener = listener
        self.depth = depth
        self.space = indentation(depth)

    def __call__(self, line: str) -> None:
        self.listener(self.space + line)


def say(scope: Scope, line: str) -> None:
    """One line of the trace, if somebody listens."""
    if scope.debug is not None:
        scope.debug(line)


def say_unindented(scope: Scope, line: str) -> None:
    """One line that Exim prints at the left whatever the depth is."""
    debug = scope.debug
    if debug is not None:
        (debug.listener if isinstance(debug, Indented) else debug)(line)


class deeper:  # noqa: N801  (it is used as a function)
    """While this lasts, trace lines are indented by so many levels more."""

    __slots__ = ("levels", "outer", "scope")

    def __init__(self, scope: Scope, levels: int = 1) -> None:
        self.scope = scope
        self.levels = levels
        self.outer = scope.debug

    def __enter__(self) -> None:
        outer = self.outer
        if isinstance(outer, Indented):
            self.scope.debug = Indented(outer.listener, outer.depth + self.levels)
        elif outer is not None:
            self.scope.debug = Indented(outer, self.levels)

    def __exit__(self, *_: object) -> None:
        self.scope.debug = self.outer
