"""The condition `condition`: any question at all (specification chapter 44.26)."""

from __future__ import annotations

import re

from exim_lang.acl.check import Check
from exim_lang.acl.registry import condition
from exim_lang.errors import Deferred

_NUMBER = re.compile(rb"-?[0-9]*")


@condition("condition")
def condition_(check: Check) -> bool:
    """True for `yes`, `true` and numbers other than 0; false for `no`, `false`, 0 and nothing; anything else is a defer."""
    value = check.value
    if _NUMBER.fullmatch(value):
        return int_of(value) != 0
    word = value.lower()
    if word in (b"no", b"false"):
        return False
    if word in (b"yes", b"true"):
        return True
    raise Deferred(f'invalid "condition" value "{value.decode("latin-1")}"')


def int_of(digits: bytes) -> int:
    """The number as a C `int` that strtol() gave: out of range it is cut off to 32 bits of the largest `long`."""
    number = int(digits) if digits.strip(b"-") else 0
    number = max(-(2**63), min(2**63 - 1, number))
    return (number + 2**31) % 2**32 - 2**31
