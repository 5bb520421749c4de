"""Walking the tree of an expansion string."""

from __future__ import annotations

from typing import assert_never

from exim_lang.syntax import expansion as tree


def walk(node: tree.Node) -> list[tree.Node]:
    """All nodes below `node`, itself included, in reading order."""
    found: list[tree.Node] = []
    left: list[tree.Node] = [node]
    while left:
        this = left.pop()
        found.append(this)
        left.extend(reversed(children(this)))
    return found


def children(node: tree.Node) -> list[tree.Node]:
    """The nodes directly below `node`, in reading order."""
    match node:
        case tree.String():
            return list(node.parts)
        case tree.Operator():
            return [node.operand]
        case tree.Item() | tree.Test():
            return list(node.arguments)
        case tree.If():
            return [*([node.condition] if node.condition else []), *node.arguments]
        case tree.Lookup():
            return [*([node.key] if node.key else []), *node.arguments]
        case tree.Filter() | tree.Each():
            return [*([node.items] if node.items else []), *([node.condition] if node.condition else [])]
        case tree.Not():
            return [node.condition] if node.condition else []
        case tree.Junction():
            return list(node.members)
        case tree.Def():
            return [node.header] if node.header else []
        case tree.Literal() | tree.Variable() | tree.Header() | tree.Bad() | tree.Nothing():
            return []
        case _:
            assert_never(node)
