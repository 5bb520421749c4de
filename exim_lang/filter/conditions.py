"""Conditions of an Exim filter: whether they hold, and how Exim shows them (the filter document, sections 3.21 to 3.30)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, assert_never

from exim_lang.errors import ExpansionError
from exim_lang.expand import regex
from exim_lang.expand.addresses import AddressError, address_items, parse_address
from exim_lang.filter.nodes import Both, Condition, FactTest, ForAnyAddress, Personal, StringTest
from exim_lang.filter.personal import is_personal
from exim_lang.filter.words import FilterError

if TYPE_CHECKING:
    from exim_lang.filter.run import FilterRun

_NUMBER = re.compile(rb"\s*([+-]?)(0[xX][0-9a-fA-F]+|[0-9]+)\s*([kKmM]?)\s*")
_NEGATED = {
    "begins": "does not begin",
    "ends": "does not end",
    "is": "is not",
    "matches": "does not match",
    "contains": "does not contain",
    "above": "not above",
    "below": "not below",
}


def holds(run: FilterRun, condition: Condition, *, top: bool = True) -> bool:
    """Whether the condition is true; raises FilterError."""
    match condition:
        case Both(operator, left, right, negated):
            first = holds(run, left, top=False)
            wanted = operator == "or"
            result = (first if first is wanted else holds(run, right, top=False)) is not negated
        case StringTest():
            result = _compared(run, condition) is not condition.negated
        case FactTest(name, negated):
            result = _fact(run, name) is not negated
        case Personal(aliases, negated):
            names = [run.expand(alias, "filter file") for alias in aliases]
            result = is_personal(run.scope, names, run.rewrite) is not negated
        case ForAnyAddress(items, inner, negated):
            result = _any_address(run, items, inner) is not negated
        case _:
            assert_never(condition)
    if run.watch is not None:
        what = "C" if top else "Sub-c"
        run.watch(f"{what}ondition is {str(result).lower()}: {shown(condition, top=True)}")
    return result


def _fact(run: FilterRun, name: str) -> bool:
    match name:
        case "delivered":
            return run.delivered
        case "error_message":
            return not run.scope.message.sender
        case "first_delivery":
            return run.first_delivery
        case _:
            return run.manually_thawed


def _any_address(run: FilterRun, items: bytes, inner: Condition) -> bool:
    facts = run.scope.message.facts
    saved = facts.get("thisaddress")
    for item in address_items(run.expand(items, "filter file")):
        try:
            parsed = parse_address(item, allow_group=True, in_group=True, allow_domain_literals=True)
        except AddressError:
            continue
        if not parsed.address:
            continue
        facts["thisaddress"] = parsed.address
        if holds(run, inner, top=False):
            return True
    if saved is None:
        facts.pop("thisaddress", None)
    else:
        facts["thisaddress"] = saved
    return False


def _compared(run: FilterRun, test: StringTest) -> bool:
    left, right = run.expand(test.left, "filter file"), run.expand(test.right, "filter file")
    if test.name in ("above", "below"):
        one, other = _number(left), _number(right)
        return one > other if test.name == "above" else one < other
    if test.name == "matches":
        return _matched(run, left, right, test.case)
    if not test.case:
        left, right = left.lower(), right.lower()
    match test.name:
        case "begins":
            return left.startswith(right)
        case "ends":
            return left.endswith(right)
        case "contains":
            return bool(right) and right in left
        case _:
            return left == right


def _matched(run: FilterRun, left: bytes, right: bytes, case: bool) -> bool:
    try:
        match = regex.compile(right, caseless=not case).search(left)
    except ExpansionError as error:
        why = error.message.partition('": ')[2] if '": ' in error.message else error.message
        raise FilterError(f'error while compiling regular expression "{right.decode("latin-1")}": {why}') from error
    if match is None:
        return False
    run.scope.numeric = match.groups
    return True


def _number(value: bytes) -> int:
    match = _NUMBER.fullmatch(value)
    if match is None:
        raise FilterError(f'malformed numerical string "{value.decode("latin-1")}"')
    digits = match[2].lower()
    base = 16 if digits.startswith(b"0x") else 8 if digits.startswith(b"0") else 10
    try:
        number = int(digits, base)
    except ValueError:
        raise FilterError(f'malformed numerical string "{value.decode("latin-1")}"') from None
    factor = {b"k": 1024, b"m": 1024 * 1024}.get(match[3].lower(), 1)
    return (-number if match[1] == b"-" else number) * factor


def shown(condition: Condition, *, top: bool = False) -> str:
    """The condition as Exim prints it with -v."""
    match condition:
        case Both(operator, left, right, negated):
            inner = f"{shown(left)} {operator} {shown(right)}"
            return f"not ({inner})" if negated else inner if top else f"({inner})"
        case StringTest(name, left_text, right_text, negated, case):
            words = _NEGATED[name] if negated else name
            words = words.upper() if case else words
            return f"{left_text.decode('latin-1')} {words} {right_text.decode('latin-1')}" + (" " if top else "")
        case FactTest(name, negated):
            return f"not {name}" if negated else name
        case Personal(aliases, negated):
            text = "not personal" if negated else "personal"
            return text + "".join(f" alias {alias.decode('latin-1')}" for alias in aliases)
        case ForAnyAddress(items, inner_condition, negated):
            word = "not foranyaddress" if negated else "foranyaddress"
            return f"{word} {items.decode('latin-1')} ({shown(inner_condition, top=True)})"
        case _:
            assert_never(condition)
