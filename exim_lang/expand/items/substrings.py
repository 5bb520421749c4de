"""`${substr{1}{3}{...}}`, `${length{3}{...}}`, `${hash{4}{62}{...}}`, `${nhash{8}{64}{...}}` (specification section 11.5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from exim_lang.errors import ExpansionError
from exim_lang.expand import substrings
from exim_lang.expand.digits import decimal_integer
from exim_lang.expand.registry import item
from exim_lang.expand.scope import Scope
from exim_lang.taint import is_tainted, like

_NUMBER: Final = re.compile(rb"[ \t\n\v\f\r]*([+-]?[0-9]+)")
_LONGEST: Final = 2**63


def number(scope: Scope, value: bytes, name: str, *, signed: bool) -> int:
    """One of the leading arguments of the item `name`, as a C int; raises ExpansionError with Exim's message."""
    shown = value.decode("latin-1")
    if is_tainted(value) and scope.config.dialect.version >= (4, 99):
        message = f"attempt to use tainted string '{shown}' for {name}"
        scope.log.append(("panic", message))
        raise ExpansionError(message)
    found = _NUMBER.fullmatch(value)
    given = decimal_integer(found[1]) if found else 0
    result = substrings.as_int(max(-_LONGEST, min(given, _LONGEST - 1)))
    if (value and found is None) or (result < 0 and not signed):
        wanted = "number" if signed else "positive number"
        raise ExpansionError(f'"{shown}" is not a {wanted} (in "{name}" expansion)')
    return result


def _register(
    name: str, compute: Callable[[bytes, int, int | None], bytes], most: int, *, signed: bool = False, clears: bool = False
) -> None:
    def function(scope: Scope, *arguments: bytes) -> bytes:
        *numbers, value = arguments
        values = [number(scope, text, name, signed=signed and not index) for index, text in enumerate(numbers)]
        result = compute(value, values[0], values[1] if len(values) > 1 else None)
        return result if clears else like(result, value)

    function.__name__ = name
    function.__doc__ = compute.__doc__
    item(name, 2, most, scope=True)(function)


_register("length", substrings.length, 2)
_register("substr", substrings.substr, 3, signed=True)
_register("hash", substrings.textual_hash, 3, signed=True)
_register("nhash", substrings.numeric_hash, 3, signed=True, clears=True)
