"""Where the cursor stands: which node is open there, and which name it is on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exim_lang.expand.engine import parse
from exim_lang.repl.documentation import Entry, Kind, describe, find
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.expansion_walk import children

if TYPE_CHECKING:
    from exim_lang.model.dialect import Dialect

_WORD = re.compile(r"[A-Za-z0-9_]+")
_KIND: tuple[tuple[re.Pattern[str], re.Pattern[str], Kind], ...] = (
    # what stands before a word and behind it, and what that makes of the word
    (re.compile(r"\$\{\Z"), re.compile(r"-?[A-Za-z0-9_-]*:"), "operator"),
    (re.compile(r"\$\{\Z"), re.compile(r"\}"), "variable"),
    (re.compile(r"\$\{\Z"), re.compile(r""), "item"),
    (re.compile(r"\$\{\Z"), re.compile(r""), "operator"),
    (re.compile(r"\$\{\Z"), re.compile(r""), "variable"),
    (re.compile(r"(?:\$|def:)\Z"), re.compile(r""), "variable"),
)


def latin(text: str) -> str:
    """What is typed (UTF-8) as the parser wants it: one character a byte."""
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def open_nodes(text: str) -> list[tree.Node]:
    """The nodes that are open at the end of `text` (latin-1), outermost first."""
    node: tree.Node | None = parse(text)
    found: list[tree.Node] = []
    while node is not None:
        found.append(node)
        node = next((child for child in reversed(children(node)[-1:]) if is_open(child, text)), None)
    return found


def is_open(node: tree.Node, text: str) -> bool:
    """Whether a node ends only because the text does."""
    if isinstance(node, tree.String):
        return not node.closed
    if isinstance(node, tree.Operator):
        return not node.operand.closed
    return getattr(node, "stop", None) == len(text)


def name_of(node: tree.Node) -> tuple[Kind, str] | None:
    """The name that a node is about."""
    match node:
        case tree.If():
            return "item", "if"
        case tree.Lookup():
            return ("lookup", node.type) if node.type else ("item", "lookup")
        case tree.Filter():
            return "item", "filter"
        case tree.Item():
            return "item", node.name
        case tree.Operator():
            return "operator", node.name
        case tree.Test() | tree.Junction() | tree.Each():
            return "condition", node.name
        case _:
            return None


def entries_at(text: str, position: int, dialect: Dialect) -> list[Entry]:
    """What is known of the name at `position` of what is typed, or else of the innermost thing that is open there."""
    word = next((found for found in _WORD.finditer(text) if found.start() <= position <= found.end()), None)
    if word is not None:
        for before, behind, kind in _KIND:
            if before.search(text[: word.start()]) and behind.match(text, word.end()):
                entry = describe(kind, word.group(), dialect)
                if entry is not None:
                    return [entry]
        if text.startswith(":explain"):
            return find(word.group(), dialect)
        entry = _by_context(text, word, dialect)
        if entry is not None:
            return [entry]
    for node in reversed(open_nodes(latin(text[:position]))):
        named = name_of(node)
        entry = describe(*named, dialect) if named is not None else None
        if entry is not None:
            return [entry]
    return []


def _by_context(text: str, word: re.Match[str], dialect: Dialect) -> Entry | None:
    """A condition or a lookup type, where one is expected in front of the word."""
    last = open_nodes(latin(text[: word.start()]).rstrip("!"))[-1]
    if isinstance(last, tree.Nothing):
        return describe("condition", word.group(), dialect)
    if isinstance(last, tree.Lookup) and not last.arguments:
        return describe("lookup", word.group(), dialect)
    return None
