"""Parts, lengths and textual hashes of strings: `${substr_1_3:`, `${length_3:`, `${hash_4_62:`, `${nhash_8_64:`.

Specification section 11.6. What they compute is in exim_lang.expand.substrings, which the items of these names share.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from exim_lang.errors import ExpansionError
from exim_lang.expand import substrings
from exim_lang.expand.digits import decimal_integer
from exim_lang.expand.registry import operator

_NUMBERS: Final = re.compile(r"(-?)([0-9]*)(?:(?<=[0-9])_([0-9]+))?")
_TWO: Final = ("substr", "s", "hash", "h", "nhash", "nh")
_SIGNED: Final = ("substr", "s")


def numbers(name: str, argument: str | None) -> tuple[int, int | None]:
    """The numbers behind the underscore of the operator `name`."""
    if argument is None:
        raise ExpansionError(f"missing values after {name}")
    found = _NUMBERS.fullmatch(argument)
    if found is None or (found[1] and name not in _SIGNED) or (found[3] is not None and name not in _TWO):
        raise ExpansionError(f'non-digit after underscore in "{name}_{argument}"')
    first = substrings.as_int(decimal_integer(found[2] or "0"))
    return -first if found[1] else first, None if found[3] is None else substrings.as_int(decimal_integer(found[3]))


def _register(name: str, compute: Callable[[bytes, int, int | None], bytes], *, clears: bool = False) -> None:
    def function(value: bytes, argument: str | None) -> bytes:
        first, second = numbers(name, argument)
        return compute(value, first, second)

    def prepare(_: None, argument: str | None) -> Callable[[bytes], bytes]:
        first, second = numbers(name, argument)
        return lambda value: compute(value, first, second)

    function.__name__ = name
    function.__doc__ = compute.__doc__
    operator(name, argument=True, taint="clears" if clears else "keeps", prepare=prepare)(function)


for _name in ("length", "l"):
    _register(_name, substrings.length)
for _name in ("substr", "s"):
    _register(_name, substrings.substr)
for _name in ("hash", "h"):
    _register(_name, substrings.textual_hash)
for _name in ("nhash", "nh"):
    _register(_name, substrings.numeric_hash, clears=True)


@operator("strlen", taint="clears")
def strlen(value: bytes) -> bytes:
    """The number of bytes."""
    return b"%d" % len(value)
