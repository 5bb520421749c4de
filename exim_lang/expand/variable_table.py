"""Registering variables by the row: a name, and where its value stands in the scope."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from exim_lang.expand.registry import variable
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

Rows = Iterable[tuple[str, str]]
"""Names of variables, and the dotted path of the attribute of the scope that each reads."""


def texts(rows: Rows) -> None:
    """Variables that give an attribute as it is."""
    for name, path in rows:
        variable(name, path=path)(attrgetter(path))


def numbers(rows: Rows) -> None:
    """Variables that give an integer in decimal digits, a bool as 0 or 1."""
    for name, path in rows:
        variable(name)(_number(attrgetter(path)))


def flags(rows: Rows) -> None:
    """Variables that give a bool as `yes` or `no`."""
    for name, path in rows:
        variable(name)(_flag(attrgetter(path)))


def facts(names: Iterable[str], default: bytes = b"", *, tainted: bool = False) -> None:
    """Variables that somebody sets by name, for the message or the process, with what they are before that.

    `tainted` says that the value comes from outside, whoever set it.
    """
    for name in names:
        variable(name)(_fact(name, default, tainted))


def of_address(rows: Rows) -> None:
    """Variables that give an attribute of the address at hand; nothing without one."""
    for name, path in rows:
        variable(name)(_of_address(attrgetter(path)))


def _number(get: Callable[[Any], int]) -> Callable[[Scope], bytes]:
    return lambda scope: b"%d" % get(scope)


def _flag(get: Callable[[Any], bool]) -> Callable[[Scope], bytes]:
    return lambda scope: b"yes" if get(scope) else b"no"


def _fact(name: str, default: bytes, tainted: bool) -> Callable[[Scope], bytes]:
    def value(scope: Scope) -> bytes:
        found = scope.message.facts.get(name)
        if found is None:
            found = scope.process.facts.get(name)
        if found is None:
            return default
        return taint(found) if tainted else found

    return value


def _of_address(get: Callable[[Any], bytes | None]) -> Callable[[Scope], bytes | None]:
    return lambda scope: get(scope.address) if scope.address is not None else None
