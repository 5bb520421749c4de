"""The part of the compiler that writes the items which do part of their work before all of their strings are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.expand import signed_address
from exim_lang.expand.emitter import Value, constant
from exim_lang.expand.registry import ITEMS
from exim_lang.syntax import expansion as tree

if TYPE_CHECKING:
    from exim_lang.expand.compile import Writer


def readsocket(w: Writer, node: tree.Item) -> Value:
    """`${readsocket`: its fifth string is expanded where there is no answer, and nothing behind it is seen before."""
    entry = ITEMS["readsocket"]
    own = node.arguments[: entry.most - 1]
    values = [w.string(argument) for argument in own]
    if not own[-1].closed:
        return constant(b"")
    otherwise = node.arguments[entry.most - 1] if len(node.arguments) >= entry.most else None
    call = f"{w.out.object(entry.function, 'item_readsocket_')}(s, {', '.join(value.code for value in values)})"
    result = w.out.fresh()
    if otherwise is None:
        w.out.line(f"{result} = {call}", node.span)
    else:
        with w.out.block("try:"):
            w.out.line(f"{result} = {call}", node.span)
        with w.out.block("except ExpansionError:"):
            w.out.line(f"{result} = {w.string(otherwise).code}")
        with w.out.block("else:"):
            w.skip(otherwise)
    if fault := w.faults.readsocket(node):
        w.fail(fault)
    return Value(result)


def prvscheck(w: Writer, node: tree.Item) -> Value:
    """`${prvscheck`: what the first string says is known in the second, what both say in the third."""
    address = w.string(node.arguments[0])
    if not node.arguments[0].closed:
        return constant(b"")
    result = w.out.fresh()
    parts = w.assign(f"{w.out.object(signed_address.signed, 'signed_')}(s, {address.code})", node.span)
    bodies = [body_of(w, argument) for argument in node.arguments[1:3]]
    with w.out.block(f"if {parts.code}:"):
        written = strings_behind(w, node, parts.code, bodies)
        last = written[1].code if len(written) > 1 else "b''"
        if written:
            w.out.line(f"{result} = {w.out.object(signed_address.checked, 'checked_')}(s, {parts.code}, {last})", node.span)
    with w.out.block("else:"):
        strings_behind(w, node, "", bodies)
        w.out.line(f"{result} = b''")
    return Value(result)


def body_of(w: Writer, node: tree.String) -> str:
    """The name of a function that expands `node`, which is so written once for two places."""
    name = w.out.fresh("f")
    with w.out.function(name):
        w.out.line(f"return {w.string(node).code}")
    return name


def strings_behind(w: Writer, node: tree.Item, parts: str, bodies: list[str]) -> list[Value]:
    """The second and third strings of prvscheck; none when something is wrong. `parts` holds those of a signed address."""
    fault = w.faults.prvscheck(node, bool(parts))
    values: list[Value] = []
    for argument, body in zip(node.arguments[1 : min(fault.after if fault else 3, 3)], bodies, strict=False):
        values.append(w.assign(f"{body}(s)", argument.span))
        if not argument.closed:
            return []
        if parts and len(values) == 1:
            w.out.line(f"{w.out.object(signed_address.check, 'check_')}(s, {parts}, {values[0].code})", argument.span)
    if fault:
        w.fail(fault)
        return []
    return values
