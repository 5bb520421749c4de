"""Strings of which only the text that stands for itself is known, because they are read without being expanded.

Some items do their work even then, and some conditions; see `Active`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import NamedTuple

from exim_lang.errors import EximLangError, ExpansionError, ProcessDied
from exim_lang.expand.fault import Fault
from exim_lang.expand.json_items import next_items
from exim_lang.expand.registry import ITEMS
from exim_lang.expand.string_list import split_list
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.expansion_walk import walk

COMPUTED = ("substr", "length", "hash", "nhash", "tr", "sg", "listquote")
"""Items that Exim evaluates wherever it reads them; all that is in them is known if it is plain text."""
COMPARATORS = ("<", "<=", ">", ">=", "lt", "lti", "le", "lei", "gt", "gti", "ge", "gei")
"""Conditions that `${sort` can compare by."""
RESTORING = ("extract", "listextract", "certextract", "env", "run")
"""Items that put `$value` back; so do `${if` and `${lookup`."""
SIGNS = ("<=", ">=", "==", "<", ">", "=")


class Active(NamedTuple):
    """A part that Exim evaluates although it stands in a string that is only read; `where` is added to its errors.

    These are the loop over a list in `forany` and its kin, the replacement of `${sg`, the first string behind `${env` where the
    variable exists, and the start of `${reduce`, which becomes `$value`.
    The strings of the node are the text that is left of them when nothing in them is expanded.
    """

    node: tree.Each | tree.Item
    where: str


def literals(node: tree.String) -> bytes:
    """What is left of a string when it is only read."""
    return b"".join(map(_literal, node.parts)).partition(b"\0")[0]


def _literal(part: tree.Part) -> bytes:
    if isinstance(part, tree.Literal):
        return part.value
    if isinstance(part, tree.If) and len(part.arguments) == 2:
        return literals(part.arguments[1])  # of a condition that is only read, Exim takes it that it does not hold
    if isinstance(part, tree.Lookup) and len(part.arguments) == 3:
        return literals(part.arguments[2])
    if not isinstance(part, tree.Item) or part.name not in COMPUTED or part.stop is not None:
        return b""
    entry = ITEMS[part.name]
    arguments = [literals(argument) for argument in part.arguments]
    if not entry.least <= len(arguments) <= entry.most or (part.name == "sg" and not is_fixed(arguments[2])):
        return b""
    try:
        return entry.function(*([SimpleNamespace(numeric=())] if entry.scope else []), *arguments) or b""
    except EximLangError:
        return b""


def is_fixed(replacement: bytes) -> bool:
    """Whether expanding the replacement gives itself."""
    return b"$" not in replacement and b"\\" not in replacement


def as_read(node: tree.String) -> tree.String:
    """A string of the text that is left of another."""
    value = literals(node)
    return tree.String((tree.Literal(value, node.span),) if value else (), True, node.span)


def active(node: tree.Node) -> tree.Each | tree.Item | None:
    """`node` with what is left of its strings, if it is evaluated where it is only read; nothing is wrong in it."""
    match node:
        case tree.Each(name=name, items=tree.String() as items, condition=condition):
            return tree.Each(name, as_read(items), condition, None, node.span) if _has_items(name, literals(items)) else None
        case tree.Item() if node.name == "sg" and not (
            is_fixed(literals(node.arguments[2])) and compiles(literals(node.arguments[1]))
        ):
            return tree.Item("sg", "", tuple(map(as_read, node.arguments)), False, None, node.span)
        case tree.Item() if node.name in ("hash", "nhash") and _dies(node):
            return tree.Item(node.name, "", tuple(map(as_read, node.arguments)), False, None, node.span)
        case tree.Item() if node.name == "reduce" and not any(map(is_reduce, walk(node.arguments[-1]))):
            return tree.Item("reduce", "", (as_read(node.arguments[1]),), False, None, node.span)
        case tree.Item() if node.name == "env" and len(node.arguments) > 1 and literals(node.arguments[0]):
            return tree.Item("env", "", (as_read(node.arguments[0]), *node.arguments[1:]), node.fail, None, node.span)
        case _:
            return None


def is_reduce(node: tree.Node) -> bool:
    return isinstance(node, tree.Item) and node.name == "reduce"


def is_forgotten(inner: tree.Node, outer: tree.Node) -> bool:
    """Whether `outer` undoes what `inner`, which was read before, did to `$value`."""
    restores = outer.name in RESTORING if isinstance(outer, tree.Item) else isinstance(outer, tree.If | tree.Lookup)
    return restores and is_reduce(inner) and inner.span.start > outer.span.start


def _dies(node: tree.Item) -> bool:
    """Whether Exim does not survive what is left of the strings of an item that it evaluates wherever it reads it."""
    entry = ITEMS[node.name]
    try:
        entry.function(*([None] if entry.scope else []), *map(literals, node.arguments))
    except ProcessDied:
        return all(is_known(part) for argument in node.arguments for part in argument.parts)
    except EximLangError:
        return False
    return False


def is_known(part: tree.Part) -> bool:
    """Whether what is left of a part that is only read is known here."""
    if isinstance(part, tree.Item):
        if part.name not in COMPUTED:
            return part.name != "authresults" and not (part.name in ITEMS and ITEMS[part.name].choice)
        return all(is_known(inner) for argument in part.arguments for inner in argument.parts)
    if isinstance(part, tree.If):
        return all(is_known(inner) for argument in part.arguments[1:] for inner in argument.parts)
    return not isinstance(part, tree.Lookup)


def _has_items(name: str, items: bytes) -> bool:
    """Whether there is anything to go through. What is no JSON array kills Exim 4.96; nothing is done for it here."""
    if "json" not in name:
        return any(True for _ in split_list(items))
    try:
        return any(True for _ in next_items(items, name.endswith("s")))
    except ExpansionError as error:
        return "wrapping string result" in error.message


def compiles(pattern: bytes) -> bool:
    """Whether the regular expression is one."""
    from exim_lang.expand.regex import compile as compile_pattern

    try:
        compile_pattern(pattern)
    except ExpansionError:
        return False
    return True


def not_a_number(node: tree.Node, index: int, argument: tree.String) -> Fault | None:
    """The first string of `${listextract` is looked at also where it is only read."""
    if index or not isinstance(node, tree.Item) or node.name != "listextract":
        return None
    key = literals(argument).strip()
    numeric = not key.removeprefix(b"-") or key.removeprefix(b"-").isdigit()
    return None if numeric else Fault('first argument of "listextract" must be numeric', argument.span)


def certificate_of(operand: tree.String, text: str) -> str:
    """The name of the certificate that `operand`, in `text`, is, spelt without braces; "" if it is none."""
    name = operand.parts[0].name if len(operand.parts) == 1 and isinstance(operand.parts[0], tree.Variable) else ""
    is_one = name.startswith("tls_") and name.endswith(("ourcert", "peercert"))
    return name if is_one and not text.startswith("${", operand.parts[0].span.start) else ""


def comparator_name(text: str) -> str:
    """The name of the condition that the comparator of `${sort` begins with."""
    return next((sign for sign in SIGNS if text.startswith(sign)), "") or condition_name(text)


def condition_name(text: str) -> str:
    """The letters, digits and underscores that `text` begins with: what Exim takes for the name of a condition."""
    found = re.match(r"[A-Za-z0-9_]*", text)
    return found[0] if found else ""


def no_condition(text: str) -> str:
    """What Exim says of `text` where the name of a condition should stand."""
    return f'condition name expected, but found "{text[:16]}"'


def error_of(function: Callable[..., object], strings: Sequence[tree.String]) -> str | None:
    """The error of `function` for `strings` of which only the literal parts are known, if it has one."""
    try:
        function(*map(literals, strings))
    except ExpansionError as error:
        return error.message
    except ProcessDied:
        return None
    return None
