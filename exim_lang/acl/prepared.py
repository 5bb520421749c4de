"""Statements made ready to be run: what can be known of their names and arguments before anybody connects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from exim_lang.acl.registry import CONDITIONS, MODIFIERS, ConditionFunction, ModifierFunction
from exim_lang.records import dataclass, field
from exim_lang.syntax.acl_names import PHASES, acl_facts
from exim_lang.syntax.acl_nodes import Acl, Condition, Modifier, Statement, Verb

if TYPE_CHECKING:
    from exim_lang.model.dialect import Dialect

Role: TypeAlias = Literal["message", "log_message", "endpass", "test"]
"""What is done with a line of a statement; all but "test" are about the statement as a whole."""

_ROLES: Final[dict[str, Role]] = {"message": "message", "log_message": "log_message", "endpass": "endpass"}


@dataclass(slots=True)
class PreparedItem:
    """One condition or modifier.

    `value` is the argument as bytes, None where it has to be expanded first; `expanded` says that Exim would expand it first,
    even where there is nothing to expand. `phases` are those that it is allowed in, None for all and for none of them.
    """

    node: Condition | Modifier
    role: Role
    negated: bool
    modifies: bool
    variable: str
    expanded: bool
    value: bytes | None
    phases: frozenset[str] | None
    function: ConditionFunction | ModifierFunction | None = field(default=None, compare=False, repr=False)
    """What stands behind the name, once `load` was called: it is not imported before it is needed."""

    def load(self) -> ConditionFunction | ModifierFunction:
        """Looks the function up."""
        registry = MODIFIERS if self.modifies else CONDITIONS
        self.function = registry[self.node.name]
        return self.function


@dataclass(frozen=True, slots=True)
class PreparedStatement:
    """A statement, its verb, and its conditions and modifiers in their order."""

    statement: Statement
    verb: Verb
    items: tuple[PreparedItem, ...]


def prepare(acl: Acl, dialect: Dialect) -> tuple[PreparedStatement, ...]:
    """The statements of an ACL as an Exim of that dialect runs them."""
    return tuple(
        PreparedStatement(statement, statement.verb, tuple(_item(node, dialect) for node in statement.conditions))
        for statement in acl.statements
    )


def _item(node: Condition | Modifier, dialect: Dialect) -> PreparedItem:
    modifies = isinstance(node, Modifier)
    fact = acl_facts().get(("condition", node.name))
    expanded = fact is None or fact.flag
    string = node.argument.string
    constant = not expanded or ("$" not in string and "\\" not in string)
    phases = None
    if fact is not None:
        phases = frozenset(phase for phase in (*PHASES, "") if fact.allowed_in(phase, dialect.version))
    return PreparedItem(
        node,
        _ROLES.get(node.name, "test") if modifies else "test",
        isinstance(node, Condition) and node.negated,
        modifies,
        node.variable if isinstance(node, Modifier) else "",
        expanded,
        node.argument.encode() if constant else None,
        phases,
    )
