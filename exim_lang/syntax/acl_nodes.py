"""The nodes of an access control list (specification chapter 44).

    Acl ─ statements ─> Statement ─ conditions ─> Condition | Modifier

All are values: two are equal when they say the same, wherever they stand. `text` is the logical line that a node was
read from and `span` its range of offsets in it; arguments are texts of their own, with the origin of every character.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from exim_lang.records import dataclass, field
from exim_lang.source.text import Placed, Span, Text

Verb: TypeAlias = Literal["accept", "defer", "deny", "discard", "drop", "require", "warn"]
VERBS: tuple[Verb, ...] = get_args(Verb)

_NOWHERE = Text.literal("")


@dataclass(frozen=True, slots=True)
class Condition(Placed):
    """`name = argument`, or `!name = argument`; `name` is the name as Exim spells it (`dnslists`)."""

    name: str
    argument: Text
    negated: bool = False
    text: Text = field(default=_NOWHERE, compare=False, repr=False)
    span: Span = field(default=Span(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Modifier(Placed):
    """`name = argument`; `set` has a `variable` besides, `endpass` an argument only when one was written, which Exim ignores.

    `variable` is what stands behind `set`: `acl_m_score`, `acl_c0`, `dkim_verify_status`.
    """

    name: str
    argument: Text
    variable: str = ""
    text: Text = field(default=_NOWHERE, compare=False, repr=False)
    span: Span = field(default=Span(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Statement(Placed):
    """A verb with its conditions and modifiers in their order.

    `exim_file` and `exim_line` are where Exim's trace says that the statement is (the last physical line of the
    logical line with the verb); `place` is where the verb stands.
    """

    verb: Verb
    conditions: tuple[Condition | Modifier, ...] = ()
    text: Text = field(default=_NOWHERE, compare=False, repr=False)
    span: Span = field(default=Span(0, 0), compare=False, repr=False)
    exim_file: str = field(default="", compare=False, repr=False)
    exim_line: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Acl(Placed):
    """A named list of statements; `name` is empty for one given inline or as a file.

    `ignored` is what stands behind the colon of the name, which Exim reads and forgets.
    """

    name: str
    statements: tuple[Statement, ...] = ()
    ignored: Text = field(default=_NOWHERE)
    text: Text = field(default=_NOWHERE, compare=False, repr=False)
    span: Span = field(default=Span(0, 0), compare=False, repr=False)
