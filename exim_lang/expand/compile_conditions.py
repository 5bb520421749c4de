"""The part of the compiler that writes conditions: each leaves its truth in a Python name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, assert_never

from exim_lang.expand.compile_branches import branches
from exim_lang.expand.constants import prepared
from exim_lang.expand.emitter import Value, constant
from exim_lang.expand.fault import Fault
from exim_lang.expand.registry import CONDITIONS
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.expansion_walk import walk

if TYPE_CHECKING:
    from exim_lang.expand.compile import Writer


NUMERIC = ("<", "<=", "=", "==", ">", ">=")


def plain(strings: Sequence[tree.String]) -> bool:
    """Whether expanding `strings` does nothing but give their values."""
    parts = [part for string in strings for part in string.parts]
    return all(string.closed for string in strings) and all(isinstance(part, tree.Literal) for part in parts)


def condition(w: Writer, node: tree.Condition) -> str:
    """Writes the evaluation of `node`; returns the name (or constant) that holds its truth."""
    truth = write_condition(w, node)
    w.note(node, truth)
    return truth


def write_condition(w: Writer, node: tree.Condition) -> str:
    match node:
        case tree.Nothing():
            return failed(w, w.faults.nothing(node))
        case tree.Def():
            return defined(w, node)
        case tree.Not():
            return negation(w, node)
        case tree.Test():
            return test(w, node)
        case tree.Junction():
            return junction(w, node)
        case tree.Each():
            return each(w, node)
        case _:
            assert_never(node)


def failed(w: Writer, fault: Fault | None) -> str:
    if fault:
        w.fail(fault)
    return "False"


def negation(w: Writer, node: tree.Not) -> str:
    if node.condition is None:
        return "False"
    truth = condition(w, node.condition)
    return w.assign(f"not {truth}", node.span).code


def defined(w: Writer, node: tree.Def) -> str:
    fault = w.faults.definition(node)
    if fault:
        return failed(w, fault)
    if node.header is not None:
        return w.assign(f"header_exists(s, {node.header.name!r})", node.span).code
    w.fail_without_filter(w.faults.counter(node))
    if node.name.startswith(("acl_c", "acl_m")):
        return w.assign(f"acl_variable_set(s, {node.name!r})", node.span).code
    return w.assign(f"bool({w.variable_code(node.name)})", node.span).code


def test(w: Writer, node: tree.Test) -> str:
    fault = w.faults.test(node)
    values: list[Value] = []
    for argument in node.arguments:
        values.append(w.string(argument))
        if len(values) == 1 and node.name in NUMERIC and (fault or not plain(node.arguments[1:])):
            w.out.line(f"check_number({values[0].code})", argument.span)
    if fault:
        return failed(w, fault)
    if any(not argument.closed for argument in node.arguments):
        return "False"
    entry = CONDITIONS[node.name]
    if node.name in ("eq", "eqi"):
        cut = ".lower()" if node.name == "eqi" else ""
        return w.assign(f"{values[0].code}{cut} == {values[1].code}{cut}", node.span).code
    function, short = prepared(entry.function, entry.prepare, [value.constant for value in values])
    words = ["s"] if entry.scope else []
    words += [value.code for value in values if not short or value.constant is None]
    return w.assign(f"{w.out.object(function, 'cond_')}({', '.join(words)})", node.span).code


def junction(w: Writer, node: tree.Junction) -> str:
    """`and` and `or`: members behind the one that decides are read, not evaluated."""
    if w.out.too_deep:
        name = w.out.fresh("f")
        with w.out.function(name):
            w.out.line(f"return {junction(w, node)}")
        return w.assign(f"{name}(s)", node.span).code
    result = w.out.fresh("b")
    stop = "not " if node.name == "and" else ""
    inside = f' inside "{node.name}{{...}}" condition'
    w.out.line(f"{result} = {node.name == 'and'}")
    with w.out.block("while True:"):
        for index, member in enumerate(node.members):
            with w.out.block("try:"):
                w.out.line(f"{result} = {condition(w, member)}")
            with w.out.block("except ExpansionError as error:"):
                w.out.line(f"explain(error, {inside!r})", member.span)
            rest = node.members[index + 1 :]
            with w.out.block(f"if {stop}{result}:"):
                skip_members(w, node, rest)
                w.out.line("break")
        fault = w.faults.junction(node)
        if fault:
            w.fail(fault)
        w.out.line("break")
    return result


def skip_members(w: Writer, node: tree.Junction, members: tuple[tree.Condition, ...]) -> None:
    unread = tree.Junction(node.name, members, None, node.inside, node.span)
    fault = w.read(unread) or w.faults.junction(node)
    if fault:
        w.fail(fault)


def each(w: Writer, node: tree.Each) -> str:
    """`forany` and `forall` and the forms for JSON arrays."""
    if node.items is None:
        return failed(w, w.faults.each(node))
    items = w.string(node.items)
    if node.condition is None:
        return failed(w, w.faults.each(node))
    if fault := w.read(node.condition, f' inside "{node.name}" condition'):
        return failed(w, fault)
    if fault := w.faults.each(node):
        return failed(w, fault)
    name = w.out.fresh("f")
    with w.out.function(name):
        w.out.line(f"return {condition(w, node.condition)}")
    kind = node.name.partition("_")[2]
    wanted = node.name.startswith("forany")
    return w.assign(f"each(s, {items.code}, {name}, {wanted}, {kind!r}, {node.name!r})", node.span).code


def leaves_something(node: tree.Node) -> bool:
    """Whether evaluating `node` may set `$value` or `$0`, `$1` ... and leave them so."""
    if isinstance(node, tree.Test):
        entry = CONDITIONS.get(node.name)
        return entry is not None and entry.scope
    return isinstance(node, tree.Item) and node.name in ("run", "prvscheck", "reduce")


def if_item(w: Writer, node: tree.If) -> Value:
    """`${if`: the variables that a condition sets hold until the end of the item."""
    if w.out.too_deep:
        name = w.out.fresh("f")
        with w.out.function(name):
            w.out.line(f"return {if_item(w, node).code}")
        return w.assign(f"{name}(s)", node.span)
    if node.condition is None:
        return constant(b"")
    changes = "${reduce" in w.text or any(map(leaves_something, walk(node.condition)))
    saved = w.out.fresh("saved")
    if changes:
        w.out.line(f"{saved} = s.numeric, s.value")
    truth = condition(w, node.condition)
    result = branches(w, "if", truth, node.arguments, constant(b"true"), node.fail, w.faults.own(node), node.span)
    if changes:
        w.out.line(f"s.numeric, s.value = {saved}")
    return result
