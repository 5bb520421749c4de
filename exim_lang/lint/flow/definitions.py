"""Where a configuration puts values into variables: `set`, `address_data`, the arguments and the messages of ACLs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from exim_lang.errors import EximLangError
from exim_lang.lint.flow.words import words_of
from exim_lang.source.text import Span, Text
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.acl_nodes import Acl, Condition, Modifier, Statement
from exim_lang.syntax.list import parse_list

if TYPE_CHECKING:
    from exim_lang.lint.survey import Survey
    from exim_lang.lint.uses import Use

_ASSIGNMENT: Final = re.compile(r"\s*(r_\w+)\s*=\s*")
_MARK: Final = "<;"


class Definition:
    """Something that a variable gets: a whole value, or a node or a range of it."""

    __slots__ = ("name", "node", "span", "use")

    def __init__(self, name: str, use: Use, node: tree.Node | None = None, span: Span | None = None) -> None:
        self.name = name
        self.use = use
        self.node = node
        self.span = span


def definitions(survey: Survey) -> Iterator[Definition]:
    """All of them."""
    for use in survey.of("acl", "set"):
        if isinstance(use.node, Modifier):
            yield Definition(use.node.variable, use)
    for use in survey.of("router", "address_data"):
        yield Definition("address_data", use)
    for use in survey.of("router", "set"):
        yield from _settings(use)
    for use in survey.of("acl", "message"):
        assert isinstance(use.owner, Acl)
        yield Definition(f"acl {use.owner.name}", use)
    calls: list[tuple[Use, tree.Item | tree.Test]] = [*survey.items("acl"), *survey.tests("acl")]
    for use, node in calls:
        for number, argument in enumerate(node.arguments[1:10], 1):
            yield Definition(f"acl_arg{number}", use, argument, argument.span)
    for use in survey.of("acl", "acl"):
        for number, word in enumerate(words_of(use.tree, use.text.string)[1:10], 1):
            yield Definition(f"acl_arg{number}", use, None, word.span)


def _settings(use: Use) -> Iterator[Definition]:
    """The assignments `r_name = value` of the option `set`, which stand in one list, split at semicolons."""
    try:
        items = parse_list(Text.literal(_MARK) + use.text, "string").items
    except EximLangError:  # a brace is missing: nothing of it can be expanded
        return
    for item in items:
        span = Span(item.span.start - len(_MARK), item.span.end - len(_MARK))
        name = _ASSIGNMENT.match(use.source(span))
        if name is not None:
            yield Definition(name[1], use, None, Span(span.start + name.end(), span.end))


def sets_before(use: Use, found: list[Definition]) -> list[Definition]:
    """The assignments whose values a variable may have where an ACL uses it.

    One that was made just before, without any condition in front of it, hides all others.
    """
    mine = {id(one.use.node): one for one in found if one.use.owner is use.owner}
    acl = use.owner
    if not mine or not isinstance(acl, Acl) or use.statement is None:
        return found
    kept: list[Definition] = []
    for statement in _backwards(acl, use.statement):
        for node, sure in _assignments(statement, use.node if statement is use.statement else None):
            one = mine.get(id(node))
            if one is not None:
                kept.append(one)
                if sure or statement is use.statement:
                    return kept
    return found


def _backwards(acl: Acl, statement: Statement) -> Iterator[Statement]:
    here = next((number for number, one in enumerate(acl.statements) if one is statement), 0)
    return reversed(acl.statements[: here + 1])


def _assignments(statement: Statement, until: object) -> Iterator[tuple[Modifier, bool]]:
    """The `set` modifiers of a statement (in front of one of its parts), last first, and whether it surely gets there."""
    found: list[tuple[Modifier, bool]] = []
    sure = True
    for node in statement.conditions:
        if node is until:
            break
        if isinstance(node, Condition):
            sure = False
        elif node.name == "set":
            found.append((node, sure))
    return reversed(found)
