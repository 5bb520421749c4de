"""What an operator, an item, a condition or a variable says of itself when it registers.

Each is a plain typed function of the values it works on. What more it needs it asks for in the decorator, and gets it
as the first parameters: the scope it is evaluated in. The grammar, completion, `-bP macros` and the errors for unknown
names read these registries.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from exim_lang.plugins import Registry
from exim_lang.records import dataclass

Function = TypeVar("Function", bound=Callable[..., Any])
Prepare = Callable[..., Callable[..., Any] | None]
"""Does once what the constants in a string allow, when the string is compiled.

It is given the arguments of the function (the scope is none) in their order, None for those that are not known yet, and
returns a function of these alone, with the scope in front where the entry asks for it; None when it can do nothing. The
ordinary function is called also where it raises an EximLangError, and raises that when and where it is due.
"""


@dataclass(frozen=True, slots=True)
class Operator:
    """`${name:value}` or `${name_argument:value}`.

    `function(value)`, with `argument=True` `function(value, argument)` where argument is what stands behind the first
    underscore (`"0_3"` in `substr_0_3`; None without one); `scope=True` puts the scope in front. Returns the result.
    `taint` says whether the result has the taint of the value ("keeps"), none ("clears"), or the function sees to it ("own").
    Errors: raises ExpansionError with Exim's message.
    """

    name: str
    function: Callable[..., bytes]
    argument: bool
    scope: bool
    taint: Literal["keeps", "clears", "own"]
    prepare: Prepare | None = None
    """Takes (value, argument), the value always None: a function without scope is called once for a known value."""


@dataclass(frozen=True, slots=True)
class Item:
    """`${name{first}{second}...}` whose arguments are all expanded before the function is called.

    `function(first, second, ...)` returns the result, taint included. `scope=True` puts the scope in front;
    `options=True` puts the text of the options (`,preexpand` in `${run,preexpand {...}}`, else "") before the arguments.
    With `choice=True` the function returns None for failure; `{yes}{no}` strings may follow, and the result is `$value`
    in them. Fewer than `least` arguments, or more than `most` (`}` missing), are Exim's errors.
    """

    name: str
    function: Callable[..., bytes | None]
    least: int
    most: int
    scope: bool
    options: bool
    choice: bool
    prepare: Prepare | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of `${if name {first}{second} ...}` whose arguments are expanded before the function is called.

    `function(first, ...)` returns a bool; `scope=True` puts the scope in front. `unexpanded` names the positions
    (from 0) of arguments that are taken as they stand unless they came from a variable.
    """

    name: str
    function: Callable[..., bool]
    least: int
    most: int
    scope: bool
    prepare: Prepare | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    """`$name` or `${name}`. `function(scope)` returns the value, taint included; None counts as unset (empty, `def:` false).

    `path`, where there is one, is the dotted attribute of the scope that the function gives as it is.
    """

    name: str
    function: Callable[..., bytes | None]
    path: str = ""


OPERATORS: Registry[Operator] = Registry("expansion operator", "exim_lang.expand.operators", "exim_lang.operators")
ITEMS: Registry[Item] = Registry("expansion item", "exim_lang.expand.items", "exim_lang.items")
CONDITIONS: Registry[Condition] = Registry(
    "expansion condition", "exim_lang.expand.conditions", "exim_lang.expansion_conditions"
)
VARIABLES: Registry[Variable] = Registry("variable", "exim_lang.expand.variables", "exim_lang.variables")


def operator(
    *names: str,
    argument: bool = False,
    scope: bool = False,
    taint: Literal["keeps", "clears", "own"] = "keeps",
    prepare: Prepare | None = None,
) -> Callable[[Function], Function]:
    """Registers an expansion operator under each of `names`."""

    def register(function: Function) -> Function:
        for name in names:
            OPERATORS.add(name, Operator(name, function, argument, scope, taint, prepare))
        return function

    return register


def item(
    name: str,
    least: int,
    most: int | None = None,
    *,
    scope: bool = False,
    options: bool = False,
    choice: bool = False,
    prepare: Prepare | None = None,
) -> Callable[[Function], Function]:
    """Registers an expansion item that takes from `least` to `most` (by default as many) arguments in braces."""

    def register(function: Function) -> Function:
        most_ = least if most is None else most
        ITEMS.add(name, Item(name, function, least, most_, scope, options, choice, prepare))
        return function

    return register


def condition(
    *names: str, least: int, most: int | None = None, scope: bool = False, prepare: Prepare | None = None
) -> Callable[[Function], Function]:
    """Registers an expansion condition under each of `names`."""

    def register(function: Function) -> Function:
        for name in names:
            CONDITIONS.add(name, Condition(name, function, least, least if most is None else most, scope, prepare))
        return function

    return register


def variable(*names: str, path: str = "") -> Callable[[Function], Function]:
    """Registers a variable under each of `names`."""

    def register(function: Function) -> Function:
        for name in names:
            VARIABLES.add(name, Variable(name, function, path))
        return function

    return register
