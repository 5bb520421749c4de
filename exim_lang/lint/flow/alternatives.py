"""What a value can be as a whole, and which of its parts are to blame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from exim_lang.syntax import expansion as tree


def alternatives(string: tree.String) -> Iterator[tree.String]:
    """The strings that a value may be: itself, or the branches of the one `${if` or `${lookup` that it consists of."""
    parts = [part for part in string.parts if not (isinstance(part, tree.Literal) and not part.value.strip())]
    if len(parts) == 1:
        branches = branches_of(parts[0])
        if branches:
            for branch in branches:
                yield from alternatives(branch)
            return
    yield string


def branches_of(part: tree.Part) -> tuple[tree.String, ...]:
    """The strings `{yes}{no}` of a part."""
    match part:
        case tree.If():
            return part.arguments
        case tree.Lookup():
            return part.arguments[1:]
        case tree.Item(name="run" | "env"):
            return part.arguments[1:]
        case _:
            return ()


def leaves(parts: Iterable[tree.Part]) -> Iterator[tree.Part]:
    """The parts, and instead of one with branches those of its branches."""
    for part in parts:
        branches = branches_of(part)
        if branches:
            for branch in branches:
                yield from leaves(branch.parts)
        else:
            yield part


def starts(string: tree.String) -> bytes:
    """The literal text that a string begins with."""
    first = next(iter(string.parts), None)
    return first.value.lstrip() if isinstance(first, tree.Literal) else b""
