"""What the compiled functions call: the parts of an expansion that are loops or reach for other layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from exim_lang.errors import Deferred, EximLangError, ExpansionError, ForcedFailure
from exim_lang.expand import dynamic_variables
from exim_lang.expand.fault import Fault
from exim_lang.expand.headers import Style, header_value
from exim_lang.expand.integers import compared_integer
from exim_lang.expand.json_items import next_items
from exim_lang.expand.scope import Scope
from exim_lang.expand.sorting import comparator, sort_list
from exim_lang.expand.string_list import COLON, join_list, separator_change, split_list
from exim_lang.search.search import SearchDeferred, SearchType, deferred_message, find, find_value
from exim_lang.taint import class_of, is_tainted

Part = Callable[[Scope], bytes]
Test = Callable[[Scope], bool]


def quoted(message: str) -> str:
    """A message in double quotes, as Exim prints one inside another."""
    shown = message.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{shown}"'


def fail(fault: Fault) -> NoReturn:
    """Reading the string ends here."""
    raise ExpansionError(fault.message, fault.span)


def forced(name: str) -> NoReturn:
    """The item failed, and the string says that then everything fails."""
    raise ForcedFailure(f'"{name}" failed and "fail" requested')


def explain(error: ExpansionError, where: str, quote: bool = False) -> NoReturn:
    """Raises `error` again with `where` added to its message."""
    message = quoted(error.message) if quote else error.message
    raise type(error)(message + where, error.span, error.text).with_traceback(error.__traceback__)


def header(scope: Scope, style: Style, name: str) -> bytes:
    return header_value(scope, name.encode("latin-1"), style) or b""


def header_exists(scope: Scope, name: str) -> bool:
    return header_value(scope, name.encode("latin-1"), "rh") is not None


def acl_variable_set(scope: Scope, name: str) -> bool:
    """What `def:acl_...` asks; with strict_acl_vars a variable that is not set is an error in words of its own."""
    if name in scope.variables:
        return scope.variables[name] != b""
    try:
        return bool(dynamic_variables.reader(name)(scope))
    except ExpansionError as error:
        raise ExpansionError(error.message.replace(f'name "{name}"', f'"{name}" after "def:"')) from None


def is_field_number(key: bytes) -> bool:
    """Whether the first string of `${extract` asks for a field by its number."""
    digits = key.strip(b" \t\n\v\f\r").removeprefix(b"-")
    if not key.strip(b" \t\n\v\f\r"):
        raise ExpansionError('first argument of "extract" must not be empty')
    return digits.isdigit() or key.strip(b" \t\n\v\f\r") == b"-"


def check_key(key: bytes, name: str) -> None:
    """Exim looks at the first string of `${extract json` and `${listextract` before it reads the second."""
    text = key.strip(b" \t\n\v\f\r")
    if not text:
        raise ExpansionError(f'first argument of "{name}" must not be empty')
    if name == "listextract" and text != b"-" and not text.removeprefix(b"-").isdigit():
        raise ExpansionError(f'first argument of "{name}" must be numeric')


def check_number(value: bytes) -> None:
    """Exim looks at the first number of a comparison before it reads the second."""
    compared_integer(value)


def newer_than(scope: Scope, major: int, minor: int) -> bool:
    version: tuple[int, int] = scope.config.dialect.version
    return version >= (major, minor)


def each(scope: Scope, items: bytes, test: Test, wanted: bool, kind: str, name: str) -> bool:
    """Whether `test` holds for any item (`wanted`), or for all; for an empty list neither is true."""
    saved = scope.item
    empty = True
    found = list_items(scope, items, kind)
    try:
        for scope.item in found:
            empty = False
            try:
                if test(scope) is wanted:
                    return wanted
            except ExpansionError as error:
                explain(error, f' inside "{name}" condition')
    finally:
        scope.item = saved
    return not wanted and not empty


def list_items(scope: Scope, items: bytes, kind: str = "") -> Iterator[bytes]:
    """The items; before Exim 4.99 a list from outside, too, may say what separates them."""
    if kind:
        return next_items(items, kind == "jsons")
    return split_list(items, tainted_too=is_tainted(items) and not newer_than(scope, 4, 99))


def separator_of(scope: Scope, items: bytes) -> int:
    return separator_change(items, tainted_too=is_tainted(items) and not newer_than(scope, 4, 99)) or COLON


def filter_list(scope: Scope, items: bytes, test: Test) -> bytes:
    """`${filter`: the items for which the condition holds."""
    saved = scope.item
    kept = []
    found = list_items(scope, items)
    try:
        for scope.item in found:
            if test(scope):
                kept.append(scope.item)
    except ExpansionError as error:
        explain(error, ' inside "filter" condition')
    finally:
        scope.item = saved
    return join_list(kept, separator_of(scope, items))


def map_list(scope: Scope, items: bytes, body: Part) -> bytes:
    """`${map`: what the body makes of each item."""
    saved = scope.item
    made = []
    found = list_items(scope, items)
    try:
        for scope.item in found:
            made.append(body(scope))
    except ExpansionError as error:
        explain(error, ' inside "map" item', newer_than(scope, 4, 97))
    finally:
        scope.item = saved
    return join_list(made, separator_of(scope, items))


def reduce_list(scope: Scope, items: bytes, start: bytes, body: Part) -> bytes:
    """`${reduce`: what the body makes of `$value` and each item, one after the other."""
    saved = scope.item, scope.value
    scope.value = start
    found = list_items(scope, items)
    try:
        for scope.item in found:
            scope.value = body(scope)
        return scope.value
    except ExpansionError as error:
        explain(error, ' inside "reduce" item', newer_than(scope, 4, 97))
    finally:
        scope.item, scope.value = saved


def lookup(scope: Scope, kind: SearchType, key: bytes, file: bytes | None) -> bytes | None:
    """`${lookup`: the value found, or None; a partial or wild match sets the numeric variables."""
    try:
        if kind.simple:
            return find_value(scope, kind, key, file)
        found = find(scope, kind, key, file)
    except SearchDeferred as error:
        raise Deferred(deferred_message(key, error, scope.config.dialect.version)) from error
    if found is None:
        return None
    if found.numeric is not None:
        scope.numeric = found.numeric
    return found.value


NAMES: dict[str, Any] = {
    "ExpansionError": ExpansionError,
    "EximLangError": EximLangError,
    "class_of": class_of,
    "check_key": check_key,
    "check_number": check_number,
    "comparator": comparator,
    "each": each,
    "explain": explain,
    "fail": fail,
    "filter_list": filter_list,
    "forced": forced,
    "header": header,
    "header_exists": header_exists,
    "acl_variable_set": acl_variable_set,
    "is_field_number": is_field_number,
    "lookup": lookup,
    "map_list": map_list,
    "reduce_list": reduce_list,
    "sort_list": sort_list,
}
