"""The items `${name{..}..}`, each as what it does to the taint of its strings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.lint.flow.tables import PROGRAMS
from exim_lang.lint.flow.taint import CLEAN, Level, Taint, join, outside
from exim_lang.syntax import expansion as tree

if TYPE_CHECKING:
    from exim_lang.lint.flow.evaluate import Evaluator, Scope


def item(of: Evaluator, node: tree.Item, scope: Scope) -> Taint:
    """The class of an item: see docs/taint.md."""
    match node.name:
        case "map" | "reduce" | "sort":
            return _loop(of, node, scope)
        case "extract":
            return _extract(of, node, scope)
        case "listextract":
            of.all(node.arguments[:1], scope)
            return _choice(of, node, scope, 2, of.all(node.arguments[1:2], scope).after("listextract"))
        case "readfile" | "readsocket" | "run" | "perl" | "dlfunc" | "env":
            return _program(of, node, scope)
        case "certextract":
            return _certificate(of, node, scope)
    values = [of.string(string, scope) for string in node.arguments]
    match node.name:
        case "length" | "substr" | "hash" | "listquote":
            return _kept(of, node, values[-1:])
        case "nhash" | "hmac":
            return CLEAN
        case "tr" | "prvs":
            return _kept(of, node, values[:1])
        case "sg":
            return _kept(of, node, [*values[:1], *values[2:3]])
        case "srs_encode":
            return join(values[1:2]).after(node.name)
        case "acl":
            return of.acl_result(node.arguments[0], node) if node.arguments else CLEAN
        case _:
            return join(values).after(node.name)


def _certificate(of: Evaluator, node: tree.Item, scope: Scope) -> Taint:
    """Exim trusts what a certificate says; it is the peer that says it."""
    strings = node.arguments
    of.all(strings[:2], scope)
    found = outside("a certificate", of.note(node.span, "what the certificate of the peer says"), Level.UNTAINTED)
    if len(strings) > 1 and any(isinstance(one, tree.Variable) and "ourcert" in one.name for one in strings[1].parts):
        found = CLEAN
    return _choice(of, node, scope, 2, found)


def _kept(of: Evaluator, node: tree.Item, values: list[Taint]) -> Taint:
    return join(values).after(node.name, of.note(node.span, f"${{{node.name}...}} keeps the taint"))


def _choice(of: Evaluator, node: tree.Item, scope: Scope, first: int, value: Taint) -> Taint:
    """An item with `{yes}{no}` behind its strings, in which its result is `$value`."""
    if len(node.arguments) <= first:
        return value
    return of.branches(node, {**scope, "value": value}, first)


def _loop(of: Evaluator, node: tree.Item, scope: Scope) -> Taint:
    strings = node.arguments
    items = of.all(strings[:1], scope)
    inner = {**scope, "item": items}
    if node.name == "sort":
        of.all(strings[1:], inner)
        return items.after("sort")
    if node.name == "map":
        return of.all(strings[1:2], inner).after("map")
    value = of.all(strings[1:2], scope)
    for _ in range(2):
        value = join((value, of.all(strings[2:3], {**inner, "value": value})))
    return value.after("reduce")


def _extract(of: Evaluator, node: tree.Item, scope: Scope) -> Taint:
    """`{key}{data}` or `{number}{separators}{data}`, each with `{yes}{no}`; a key that is not constant may be either."""
    strings = node.arguments
    of.all(strings[:1], scope)
    parts = strings[0].parts if strings else ()
    constant = all(isinstance(part, tree.Literal) for part in parts)
    number = b"".join(part.value for part in parts if isinstance(part, tree.Literal)).strip().lstrip(b"-")
    if node.options or (constant and not number.isdigit()):
        ends = 2
    elif constant:
        ends = 3
    else:
        ends = min(3, len(strings))
    data = of.all(strings[1:ends], scope)
    note = of.note(node.span, "${extract...} keeps the taint")
    return _choice(of, node, scope, ends, data.after("extract", note))


def _program(of: Evaluator, node: tree.Item, scope: Scope) -> Taint:
    """Items that run something, or read: what they give is clean to Exim."""
    strings = node.arguments
    match node.name:
        case "run" | "env":
            given = [of.string(string, scope) for string in strings[:1]]
            return _choice(of, node, scope, 1, of.through_program(node, given))
        case "readsocket":
            given = [of.string(string, scope) for string in strings[:2]]
            of.all(strings[2:], scope)
            return join((of.through_program(node, given), of.all(strings[4:], scope)))
        case "readfile":
            of.all(strings[:1], scope)
            return of.all(strings[1:2], scope)
        case _:
            assert node.name in PROGRAMS
            return of.through_program(node, [of.string(string, scope) for string in strings])
