"""What strings are worth before anything is known of a message."""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.syntax import expansion as tree


def constant(string: tree.String) -> str | None:
    """The value of a string without expansions (latin-1), None when it has any."""
    if not string.closed or not all(isinstance(part, tree.Literal) for part in string.parts):
        return None
    return b"".join(part.value for part in string.parts if isinstance(part, tree.Literal)).decode("latin-1")


def argument(node: tree.Item | tree.Test | tree.Lookup, index: int) -> str | None:
    """The constant value of one of the strings of a node, None when there is none."""
    return constant(node.arguments[index]) if len(node.arguments) > index else None


def variables_in(string: tree.Node) -> Iterator[tree.Variable]:
    """All variables in a node."""
    from exim_lang.syntax.expansion_walk import walk

    return (node for node in walk(string) if isinstance(node, tree.Variable))
