"""Conditions that compare strings as bytes; only the case of ASCII letters is known (specification chapter 11)."""

from __future__ import annotations

from collections.abc import Callable

from exim_lang.expand.regex import compile as compile_regex
from exim_lang.expand.registry import condition
from exim_lang.expand.scope import Scope
from exim_lang.expand.string_list import split_list


def caseless_order(first: bytes, second: bytes) -> int:
    """Less than, equal to or greater than 0, as Exim has it: a string goes behind a longer one that begins with it."""
    left, right = first.lower(), second.lower()
    if left == right:
        return 0
    return 1 if left > right or right.startswith(left) else -1


@condition("eq", least=2)
def equal(first: bytes, second: bytes) -> bool:
    return first == second


@condition("eqi", least=2)
def equal_caseless(first: bytes, second: bytes) -> bool:
    return first.lower() == second.lower()


@condition("lt", least=2)
def less(first: bytes, second: bytes) -> bool:
    return first < second


@condition("lti", least=2)
def less_caseless(first: bytes, second: bytes) -> bool:
    return caseless_order(first, second) < 0


@condition("gt", least=2)
def greater(first: bytes, second: bytes) -> bool:
    return first > second


@condition("gti", least=2)
def greater_caseless(first: bytes, second: bytes) -> bool:
    return caseless_order(first, second) > 0


@condition("le", least=2)
def less_or_equal(first: bytes, second: bytes) -> bool:
    return first <= second


@condition("lei", least=2)
def less_or_equal_caseless(first: bytes, second: bytes) -> bool:
    return caseless_order(first, second) <= 0


@condition("ge", least=2)
def greater_or_equal(first: bytes, second: bytes) -> bool:
    return first >= second


@condition("gei", least=2)
def greater_or_equal_caseless(first: bytes, second: bytes) -> bool:
    return caseless_order(first, second) >= 0


def prepared_match(subject: bytes | None, pattern: bytes | None) -> Callable[[Scope, bytes], bool] | None:
    """`match` with a pattern that is compiled once."""
    if pattern is None or subject is not None:
        return None
    groups = compile_regex(pattern).groups

    def match(scope: Scope, subject: bytes) -> bool:
        found = groups(subject)
        if found is None:
            return False
        scope.numeric = found
        return True

    return match


@condition("match", least=2, scope=True, prepare=prepared_match)
def match(scope: Scope, subject: bytes, pattern: bytes) -> bool:
    """A regular expression; a match that succeeds sets the numeric variables, one that fails leaves them alone."""
    found = compile_regex(pattern).groups(subject)
    if found is None:
        return False
    scope.numeric = found
    return True


@condition("inlist", least=2, scope=True)
def inlist(scope: Scope, subject: bytes, items: bytes) -> bool:
    """Membership of a list of plain strings; `$value` becomes the item, as tainted as the list."""
    for item in split_list(items):
        if item == subject:
            scope.value = item
            return True
    return False


@condition("inlisti", least=2, scope=True)
def inlist_caseless(scope: Scope, subject: bytes, items: bytes) -> bool:
    """Like `inlist`, but the case of ASCII letters does not count."""
    wanted = subject.lower()
    for item in split_list(items):
        if item.lower() == wanted:
            scope.value = item
            return True
    return False
