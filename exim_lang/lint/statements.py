"""Statements of ACLs as the rules see them: what decides, what only does something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from exim_lang.syntax.acl_nodes import Acl, Condition, Modifier, Statement

if TYPE_CHECKING:
    from exim_lang.lint.survey import Survey
    from exim_lang.lint.uses import Use

ACTIONS: Final = frozenset(
    {"add_header", "continue", "control", "delay", "log_reject_target", "logwrite", "queue", "remove_header", "set", "udpsend"}
)
"""Conditions and modifiers that do something and never decide."""

DECIDING: Final = ("accept", "deny", "defer", "discard", "drop")


def tests(statement: Statement) -> list[Condition]:
    """What can be false in a statement."""
    return [node for node in statement.conditions if isinstance(node, Condition) and node.name not in ACTIONS]


def modifiers(statement: Statement, *names: str) -> list[Modifier]:
    """The modifiers of some names, in order."""
    return [node for node in statement.conditions if isinstance(node, Modifier) and node.name in names]


def always_decides(statement: Statement) -> bool:
    """Whether nothing behind a statement is ever reached."""
    return statement.verb in DECIDING and not tests(statement)


def uses_in(survey: Survey, statement: Statement) -> Iterator[Use]:
    """The values of all conditions and modifiers of a statement."""
    return (survey.use_of(node) for node in statement.conditions)


def behind(acl: Acl, statement: Statement) -> tuple[Statement, ...]:
    """The statements behind one."""
    index = next(number for number, one in enumerate(acl.statements) if one is statement)
    return acl.statements[index + 1 :]
