"""The part of the compiler that writes items: `${name{...}{...}}`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from exim_lang.expand.compile_branches import branches
from exim_lang.expand.compile_conditions import condition, leaves_something
from exim_lang.expand.compile_stages import prvscheck, readsocket
from exim_lang.expand.constants import folded, passes, prepared
from exim_lang.expand.emitter import Value, constant
from exim_lang.expand.fault import Fault
from exim_lang.expand.faults import NO_CERTIFICATE
from exim_lang.expand.names import is_numeric, is_variable
from exim_lang.expand.registry import ITEMS
from exim_lang.expand.runtime import check_key, is_field_number
from exim_lang.expand.unread import is_reduce, literals
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.expansion_walk import walk

if TYPE_CHECKING:
    from exim_lang.expand.compile import Writer
    from exim_lang.expand.unread import Active


def certificate_fault(w: Writer, node: tree.String) -> Fault | None:
    """What is wrong with the second string of `${certextract`, in which Exim takes what stands behind a "$" for a name."""
    at = node.parts[0].span.start if node.parts else len(w.text)
    if not w.text.startswith("$", at):
        return Fault(NO_CERTIFICATE, node.span)
    if not node.closed:
        return w.faults.unclosed(node)
    name = certificate_name(node)
    if not is_variable(name, w.dialect) or is_numeric(name) or name.startswith("acl_"):
        return Fault(f'no variable named "{name}"', node.span)
    if not name.startswith("tls_") or not name.endswith(("ourcert", "peercert")):
        return Fault(f'"{name}" is not a certificate', node.span)
    return None


def certificate_name(node: tree.String) -> str:
    """The name of the variable that the second string of `${certextract` is."""
    first = node.parts[0]
    return first.name if isinstance(first, tree.Variable) else literals(node)[1:].decode("latin-1")


def item(w: Writer, node: tree.Item) -> Value:
    match node.name:
        case "map" | "reduce" | "sort":
            return loop(w, node)
        case "extract":
            return kept(w, node, node.arguments, lambda before: extract(w, node, before))
        case "run":
            return run(w, node)
        case "readsocket" if len(node.arguments) >= ITEMS["readsocket"].least:
            return readsocket(w, node)
        case "prvscheck" if node.arguments:
            return prvscheck(w, node)
        case _ if ITEMS[node.name].choice:
            return kept(w, node, node.arguments, lambda before: choice(w, node, ITEMS[node.name].least, before))
        case _:
            return strict(w, node)


def kept(w: Writer, node: tree.Node, parts: Sequence[tree.String], write: Callable[[str], Value]) -> Value:
    """Puts `$value` and `$0`, `$1` ... back, behind what `write` writes, where one of `parts` may have set them.

    `write` is given what `$value` was before, "" where that is what it is still.
    """
    if not any(leaves_something(part) for string in parts for part in walk(string)):
        return write("")
    saved = w.out.fresh("saved")
    w.out.line(f"{saved} = s.numeric, s.value")
    result = w.assign(write(f"{saved}[1]").code, node.span)
    w.out.line(f"s.numeric, s.value = {saved}")
    return result


def strings(w: Writer, nodes: Sequence[tree.String]) -> list[Value]:
    return [w.string(node) for node in nodes]


def call(w: Writer, node: tree.Item, values: Sequence[Value | str]) -> Value:
    """Calls the function of an item, unless its result is known."""
    entry = ITEMS[node.name]
    known = [value.constant if isinstance(value, Value) else None for value in values]
    codes = [value.code if isinstance(value, Value) else value for value in values]
    options = [node.options] if entry.options else []
    result = None if entry.scope else folded(entry.function, [*options, *known])
    if result is not None:
        return result
    function, short = prepared(entry.function, entry.prepare, [*options, *known])
    words = [*(["s"] if entry.scope else []), *([] if short else map(repr, options))]
    words += [code for code, value in zip(codes, known, strict=True) if not short or value is None]
    return w.assign(f"{w.out.object(function, f'item_{node.name}_')}({', '.join(words)})", node.span)


def strict(w: Writer, node: tree.Item) -> Value:
    """An item whose strings are all given to its function: expanded, or as functions that expand them."""
    fault = w.faults.own(node)
    taken = node.arguments[: fault.after] if fault else node.arguments
    values = strings(w, taken)
    if fault:
        return w.fail(fault)
    if taken and not taken[-1].closed:
        return constant(b"")
    return call(w, node, values)


def write_active(w: Writer, part: Active) -> None:
    """What Exim does of a part that it only reads."""
    with w.out.block("try:"):
        match part.node:
            case tree.Each():
                condition(w, part.node)
            case tree.Item(name="reduce"):
                w.out.line(f"s.value = {w.string(part.node.arguments[0]).code}")
            case tree.Item(name="env"):
                yes = part.node.arguments[1]
                found = call(w, part.node, [w.string(part.node.arguments[0])])
                saved = w.out.fresh("saved")
                w.out.line(f"{saved} = s.value")
                with w.out.block(f"if {found.code} is not None:"):
                    w.out.line(f"s.value = {found.code}")
                    w.string(yes)
                w.out.line(f"s.value = {saved}")
            case tree.Item():
                call(w, part.node, strings(w, part.node.arguments))
    with w.out.block("except ExpansionError as error:"):
        w.out.line(f"explain(error, {part.where!r})", part.node.span)


def choice(w: Writer, node: tree.Item, own: int, before: str = "") -> Value:
    """An item that fails or succeeds with `$value`, with `own` strings before `{yes}{no}`."""
    fault = w.faults.choice(node.name, node.arguments, own, node)
    taken = node.arguments[:own]
    values: list[Value] = []
    for argument in taken[: fault.after] if fault else taken:
        if values and node.name == "certextract":
            if wrong := certificate_fault(w, argument):
                return w.fail(wrong)
            values.append(w.assign(w.variable_code(certificate_name(argument)), argument.span))
            continue
        values.append(w.string(argument))
        if len(values) == 1 and node.name in ("extract", "listextract"):
            checked = passes(check_key, (values[0].constant, node.name))
            if not checked:
                w.out.line(f"check_key({values[0].code}, {node.name!r})", argument.span)
            if checked is False:
                return constant(b"")
    if fault and fault.after < own:
        return w.fail(fault)
    if taken and not taken[-1].closed:
        return constant(b"")
    result = call(w, node, values)
    return with_value(w, node.name, result, node.arguments[own:], node, before)


def with_value(
    w: Writer, name: str, result: Value, rest: Sequence[tree.String], node: tree.Item | tree.Lookup, before: str = ""
) -> Value:
    """`{yes}{no}` behind `result`, None for failure; it is `$value` in the first; in the second that is as `before`."""
    own = 1 if isinstance(node, tree.Lookup) else len(node.arguments) - len(rest)
    fault = w.faults.choice(name, node.arguments, own, node)
    if not rest and not fault:
        return result if result.constant is not None else w.assign(f"{result.code} or b''", node.span)
    if result.constant is not None:
        result = w.assign(result.code, node.span, trusted=True)
    saved = before or w.out.fresh("saved")
    if not before:
        w.out.line(f"{saved} = s.value")
    w.out.line(f"s.value = {result.code}")
    found = branches(
        w, name, f"{result.code} is not None", rest, result, node.fail, fault, node.span, f"s.value = {saved}"
    )
    w.out.line(f"s.value = {saved}")
    return found


def extract(w: Writer, node: tree.Item, before: str) -> Value:
    """`${extract`: a numeric first string asks for two more, any other for one."""
    if not node.arguments or node.options:
        return choice(w, node, 2, before)
    first = node.arguments[0]
    key = w.string(first)
    if not first.closed:
        return constant(b"")
    result = w.out.fresh()
    if key.constant is not None and key.constant.strip():
        return extract_by(w, node, key, 3 if is_field_number(key.constant) else 2, before)
    numeric = w.assign(f"is_field_number({key.code})", first.span)
    with w.out.block(f"if {numeric.code}:"):
        w.out.line(f"{result} = {extract_by(w, node, key, 3, before).code}")
    with w.out.block("else:"):
        w.out.line(f"{result} = {extract_by(w, node, key, 2, before).code}")
    return Value(result)


def extract_by(w: Writer, node: tree.Item, key: Value, own: int, before: str) -> Value:
    fault = w.faults.choice("extract", node.arguments, own, node)
    taken = node.arguments[1:own]
    values = [key, *strings(w, taken[: max(0, fault.after - 1)] if fault else taken)]
    if fault and fault.after < own:
        return w.fail(fault)
    if not node.arguments[-1].closed and len(node.arguments) <= own:
        return constant(b"")
    result = call(w, node, values)
    return with_value(w, "extract", result, node.arguments[own:], node, before)


def run(w: Writer, node: tree.Item) -> Value:
    """`${run`: without `preexpand` the command is split first, and its words are expanded one by one."""
    if wrong := w.faults.options(node):
        return w.fail(wrong)
    fault = w.faults.choice("run", node.arguments, 1, node)
    if fault and fault.after < 1:
        return w.fail(fault)
    command = node.arguments[0]
    if "preexpand" in node.options.split(","):
        return choice(w, node, 1)
    w.skip(command)
    text = w.text[command.span.start : command.span.end].encode("latin-1")
    result = call(w, node, [constant(text)])
    return with_value(w, "run", result, node.arguments[1:], node)


def loop(w: Writer, node: tree.Item) -> Value:
    """`${map`, `${reduce` and `${sort`: the last string is expanded once for each item."""
    fault = w.faults.item(node)
    own = 2 if node.name == "map" else 3
    eager = node.arguments[: own - 1]
    eager = eager[: fault.after] if fault else eager
    if node.name == "sort":
        values = [w.string(eager[0])] if eager else []
        if len(eager) > 1:
            values.append(w.string(eager[1]))
            w.out.line(f"comparator({values[1].code})", eager[1].span)
    else:
        values = strings(w, eager)
    if len(node.arguments) < own:
        return w.fail(fault) if fault else constant(b"")
    body = node.arguments[own - 1]
    restart = node.name == "reduce" and any(map(is_reduce, walk(body)))
    if restart:
        saved, start = w.out.fresh("saved"), w.out.fresh()
        w.out.line(f"{saved} = s.value")
        w.out.line(f"s.value = {values[1].code}")
    if inner := w.read(body, w.faults.inside_loop(node, own - 1)):
        return w.fail(inner)
    if restart:
        w.out.line(f"{start}, s.value = s.value, {saved}")
        values[1] = Value(start)
    name = w.out.fresh("f")
    with w.out.function(name):
        w.out.line(f"return {w.string(body).code}")
    if fault:
        return w.fail(fault)
    words = [value.code for value in values]
    if node.name == "sort":
        words.append(repr(w.text[body.span.start : body.span.end]))
    return w.assign(f"{node.name}_list(s, {', '.join(words)}, {name})", node.span)


def filter_item(w: Writer, node: tree.Filter) -> Value:
    items = w.string(node.items) if node.items is not None else constant(b"")
    fault = w.faults.filter(node)
    if node.items is not None and not node.items.closed:
        return constant(b"")
    if node.condition is not None and (inner := w.read(node.condition, ' inside "filter" item')):
        return w.fail(inner)
    if fault or node.condition is None:
        return w.fail(fault) if fault else constant(b"")
    name = w.out.fresh("f")
    with w.out.function(name):
        w.out.line(f"return {condition(w, node.condition)}")
    return w.assign(f"filter_list(s, {items.code}, {name})", node.span)


def lookup(w: Writer, node: tree.Lookup) -> Value:
    """`${lookup`: single-key in a file, or a query."""
    parts = node.arguments if node.key is None else (node.key, *node.arguments)
    return kept(w, node, parts, lambda before: lookup_of(w, node, before))


def lookup_of(w: Writer, node: tree.Lookup, before: str) -> Value:
    key = w.string(node.key) if node.key is not None else None
    if node.key is not None and not node.key.closed:
        return constant(b"")
    kind = w.faults.lookup_type(node)
    fault = kind if isinstance(kind, Fault) else w.faults.lookup(node)
    if fault and (fault is kind or fault.after < 1):
        return w.fail(fault)
    if not node.arguments:
        return constant(b"")
    where = w.string(node.arguments[0])
    if not node.arguments[0].closed:
        return constant(b"")
    saved = w.out.fresh("saved")
    w.out.line(f"{saved} = s.numeric")
    words = (key.code, where.code) if key is not None else (where.code, "None")
    result = w.assign(f"lookup(s, {w.out.object(kind, 'lookup_type_')}, {', '.join(words)})", node.span)
    value = with_value(w, "lookup", result, node.arguments[1:], node, before)
    w.out.line(f"s.numeric = {saved}")
    return value
