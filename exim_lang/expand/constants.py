"""What can be done once, when a string is compiled, because the arguments of a function are known then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from exim_lang.errors import EximLangError
from exim_lang.expand.emitter import Value, constant

Function = Callable[..., Any]
Known = bytes | str | None
LONGEST = 1 << 16  # bytes of a constant that is worth keeping


def folded(function: Function, arguments: Sequence[Known]) -> Value | None:
    """What `function`, which sees nothing but its arguments, makes of them; None when they are not all known.

    None, too, where it fails: the error belongs where the string is evaluated, which may never happen.
    """
    if any(argument is None for argument in arguments):
        return None
    try:
        result = function(*arguments)
    except EximLangError:
        return None
    # A binary zero in a constant would be taken for one in the text of the string.
    fits = type(result) is bytes and len(result) <= LONGEST
    return constant(result) if fits and b"\0" not in result else None


def prepared(function: Function, prepare: Function | None, arguments: Sequence[Known]) -> tuple[Function, bool]:
    """The function to call, and whether it is one that wants only the arguments that are not known."""
    if prepare is None:
        return function, False
    try:
        better = prepare(*arguments)
    except EximLangError:
        better = None
    return (function, False) if better is None else (better, True)


def passes(check: Function, arguments: Sequence[Known]) -> bool | None:
    """Whether `check` accepts the arguments; None when they are not all known."""
    if any(argument is None for argument in arguments):
        return None
    try:
        check(*arguments)
    except EximLangError:
        return False
    return True
