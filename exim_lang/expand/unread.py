"""Strings of which only the text that stands for itself is known, because they are read without being expanded."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from exim_lang.errors import ExpansionError, ProcessDied
from exim_lang.syntax import expansion as tree

SIGNS = ("<=", ">=", "==", "<", ">", "=")


def literals(node: tree.String) -> bytes:
    """What is left of a string when nothing in it is expanded."""
    return b"".join(part.value for part in node.parts if isinstance(part, tree.Literal))


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
