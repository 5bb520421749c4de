"""Arithmetic and random numbers (specification section 11.6)."""

from __future__ import annotations

from exim_lang.errors import ExpansionError
from exim_lang.expand.arithmetic import SumError, evaluate
from exim_lang.expand.integers import expanded_integer
from exim_lang.expand.registry import operator
from exim_lang.expand.scope import Scope


@operator("eval", taint="clears")
def eval_(value: bytes) -> bytes:
    """The value of an expression whose numbers are decimal, octal (`017`) or hexadecimal (`0x1f`)."""
    return _evaluated(value, decimal=False)


@operator("eval10", taint="clears")
def eval10(value: bytes) -> bytes:
    """The value of an expression whose numbers are decimal, also those with leading zeros."""
    return _evaluated(value, decimal=True)


def _evaluated(value: bytes, *, decimal: bool) -> bytes:
    try:
        return b"%d" % evaluate(value, decimal=decimal)
    except SumError as error:
        done = value[: error.offset].decode("latin-1")
        raise ExpansionError(f'error in expression evaluation: {error.reason} (after processing "{done}")') from None


@operator("randint", scope=True, taint="clears")
def randint(scope: Scope, value: bytes) -> bytes:
    """A random number below the given one."""
    limit = expanded_integer(value, non_negative=True)
    if limit <= 1:
        return b"0"
    return b"%d" % (int.from_bytes(scope.world.random_bytes(16), "big") % limit)
