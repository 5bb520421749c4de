"""Which parts of a string have the same value whenever they are expanded, so that it need be found once.

A part depends on the scope, or on the outside, where it reads a variable or a header, looks something up, or has a
function that asks for the scope. Functions that do not ask for it depend on nothing but their arguments. `$item` and
`$value` in the last string of a loop belong to the loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from exim_lang.expand.names import find_operator
from exim_lang.expand.registry import CONDITIONS, ITEMS
from exim_lang.syntax import expansion as tree

if TYPE_CHECKING:
    from exim_lang.model.dialect import Dialect

LOOPS = {"map": {"item"}, "reduce": {"item", "value"}, "sort": {"item"}}
"""Items that set variables for their last string; they are written by the compiler and stand in no registry."""


def is_worth_keeping(node: tree.Part, dialect: Dialect) -> bool:
    """Whether `node` is steady, and takes more than the constants that are worked out when a string is compiled."""
    kind = isinstance(node, tree.If | tree.Filter) or (isinstance(node, tree.Item) and node.name in LOOPS)
    return kind and is_steady(node, dialect, frozenset())


def is_steady(node: tree.Node | None, dialect: Dialect, own: frozenset[str]) -> bool:
    """Whether `node` always has the same value; `own` are the variables that belong to a loop around it."""

    def all_steady(*nodes: tree.Node | None) -> bool:
        return all(is_steady(one, dialect, own) for one in nodes)

    match node:
        case tree.Literal():
            return True
        case tree.Variable():
            return node.name in own
        case tree.String():
            return node.closed and all_steady(*node.parts)
        case tree.Operator():
            operator, _ = find_operator(node.name, dialect)
            return operator is not None and not operator.scope and all_steady(node.operand)
        case tree.Item() if node.name in LOOPS:
            *eager, body = node.arguments or (None,)
            return all_steady(*eager) and is_steady(body, dialect, own | LOOPS[node.name])
        case tree.Item():
            item = ITEMS.get(node.name)
            return item is not None and not item.scope and all_steady(*node.arguments)
        case tree.If():
            return all_steady(node.condition, *node.arguments)
        case tree.Filter() | tree.Each():
            return all_steady(node.items) and is_steady(node.condition, dialect, own | {"item"})
        case tree.Test():
            test = CONDITIONS.get(node.name)
            return test is not None and not test.scope and all_steady(*node.arguments)
        case tree.Not():
            return all_steady(node.condition)
        case tree.Junction():
            return all_steady(*node.members)
        case tree.Header() | tree.Lookup() | tree.Def() | tree.Bad() | tree.Nothing() | None:
            return False
        case _:
            assert_never(node)
