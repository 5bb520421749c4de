"""From the tree of an expansion string back to text: `parse(unparse(tree)) == tree` for every finished tree.

White space between the parts of an item is not kept; text that stands for itself is written with as few backslashes as
it needs.
"""

from __future__ import annotations

import re
from typing import assert_never

from exim_lang.syntax import expansion as tree


def unparse(node: tree.String) -> str:
    """The text (latin-1, one character a byte) of a finished tree."""
    return string(node, False)


def string(node: tree.String, inside: bool) -> str:
    """The parts one after the other; `inside` braces, a "}" needs a backslash."""
    text = ""
    for before, part in zip((None, *node.parts), node.parts, strict=False):
        if isinstance(part, tree.Literal):
            text += literal(part.value.decode("latin-1"), inside, before)
        else:
            text += other(part)
    return text


def literal(value: str, inside: bool, before: tree.Part | None) -> str:
    escaped = re.sub(r"[\\$}]" if inside else r"[\\$]", r"\\\g<0>", value)
    open_ended = isinstance(before, tree.Bad) or (isinstance(before, tree.Variable) and not before.braced)
    if open_ended and re.match(r"[A-Za-z0-9_{:-]", value):
        return f"\\x{ord(value[0]):02x}{escaped[1:]}"
    return escaped


def other(node: tree.Part) -> str:
    match node:
        case tree.Variable():
            return f"${{{node.name}}}" if node.braced else f"${node.name}"
        case tree.Header():
            return f"${node.style}_{node.name}{':' if node.colon else ''}"
        case tree.Operator():
            return f"${{{node.name}:{string(node.operand, True)}}}"
        case tree.Item():
            return f"${{{node.name}{options(node)}{arguments(node)}{fail(node.fail)}}}"
        case tree.If():
            test = condition(node.condition) if node.condition else ""
            return f"${{if {test}{braced(node.arguments)}{fail(node.fail)}}}"
        case tree.Lookup():
            key = braced((node.key,)) if node.key is not None else ""
            return f"${{lookup{key} {node.type} {braced(node.arguments)}{fail(node.fail)}}}"
        case tree.Filter():
            items = braced((node.items,)) if node.items is not None else ""
            return f"${{filter{items}{{{condition(node.condition) if node.condition else ''}}}}}"
        case tree.Bad():
            return node.text
        case tree.Literal():
            return literal(node.value.decode("latin-1"), False, None)
        case _:
            assert_never(node)


def options(node: tree.Item) -> str:
    if not node.options:
        return ""
    return f" {node.options}" if node.name == "extract" else f",{node.options}"


def arguments(node: tree.Item) -> str:
    """The strings of an item; the name in `${certextract` begins with a "$" that has no backslash."""
    match node.arguments:
        case (field, tree.String((tree.Literal() as name,)), *rest) if node.name == "certextract":
            raw = re.sub(r"[\\}]", r"\\\g<0>", name.value.decode("latin-1"))
            return f"{braced((field,))}{{{raw}}}{braced(tuple(rest))}"
        case strings:
            return braced(strings)


def fail(said: bool) -> str:
    return " fail" if said else ""


def braced(arguments: tuple[tree.String, ...]) -> str:
    return "".join(f"{{{string(argument, True)}}}" for argument in arguments)


def condition(node: tree.Condition) -> str:
    match node:
        case tree.Not():
            return f"!{condition(node.condition) if node.condition else ''}"
        case tree.Def():
            return f"def:{node.name}"
        case tree.Test():
            strings = braced(node.arguments)
            return f"{node.name}{{{strings}}}" if node.name in ("acl", "saslauthd") else f"{node.name} {strings}"
        case tree.Junction():
            return f"{node.name}{{{''.join(f'{{{condition(member)}}}' for member in node.members)}}}"
        case tree.Each():
            items = braced((node.items,)) if node.items is not None else ""
            return f"{node.name}{items}{{{condition(node.condition) if node.condition else ''}}}"
        case tree.Nothing():
            return ""
        case _:
            assert_never(node)
