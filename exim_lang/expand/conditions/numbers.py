"""Conditions that compare integers (specification chapter 11, "Expansion conditions")."""

from __future__ import annotations

from exim_lang.expand.integers import compared_integer
from exim_lang.expand.registry import condition


@condition("=", "==", least=2)
def equal(first: bytes, second: bytes) -> bool:
    return compared_integer(first) == compared_integer(second)


@condition("<", least=2)
def less(first: bytes, second: bytes) -> bool:
    return compared_integer(first) < compared_integer(second)


@condition("<=", least=2)
def less_or_equal(first: bytes, second: bytes) -> bool:
    return compared_integer(first) <= compared_integer(second)


@condition(">", least=2)
def greater(first: bytes, second: bytes) -> bool:
    return compared_integer(first) > compared_integer(second)


@condition(">=", least=2)
def greater_or_equal(first: bytes, second: bytes) -> bool:
    return compared_integer(first) >= compared_integer(second)
