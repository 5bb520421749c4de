"""The tree of an expansion string.

Offsets count in the string that was parsed. Names are `str`; what stands for itself is `bytes`. A tree exists for every
string: where reading had to stop, `stop` of each unfinished node says at which offset, `closed` of a string says
that its "}" is missing, and nothing follows. What the names mean, and what Exim says of a stop, is not known here.
"""

from __future__ import annotations

from exim_lang.records import dataclass, field
from exim_lang.source.text import Span

NOWHERE = Span(0, 0)


def _span() -> Span:
    return field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that stands for itself; backslash sequences are resolved."""

    value: bytes
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Variable:
    """`$name`, `${name}`, `$1`, `${1}`."""

    name: str
    braced: bool = False
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Header:
    """`$h_name:` and its kin; `style` is `h`, `rh`, `bh` or `lh`, however it was spelt; `colon` whether one ended the name."""

    style: str
    name: str
    colon: bool = True
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Operator:
    """`${name:operand}`; `name` has its arguments with it: `substr_0_3`."""

    name: str
    operand: String
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Item:
    """`${name options{first}{second} fail}`: any item whose parts are all strings."""

    name: str
    options: str
    arguments: tuple[String, ...]
    fail: bool = False
    stop: int | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class If:
    """`${if condition {yes}{no}}` or `${if condition {yes} fail}`; `arguments` are the strings behind the condition."""

    condition: Condition | None
    arguments: tuple[String, ...]
    fail: bool = False
    stop: int | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Lookup:
    """`${lookup{key} type{file}{yes}{no}}` or `${lookup type{query}{yes}{no}}`; `type` has prefix and options with it."""

    key: String | None
    type: str
    arguments: tuple[String, ...]
    fail: bool = False
    stop: int | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Filter:
    """`${filter{list}{condition}}`."""

    items: String | None
    condition: Condition | None
    condition_span: Span = _span()
    stop: int | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Bad:
    """A `$`, a `${name` or a backslash that nothing can follow from."""

    text: str
    span: Span = _span()


Part = Literal | Variable | Header | Operator | Item | If | Lookup | Filter | Bad


@dataclass(frozen=True, slots=True)
class String:
    """Parts that are expanded one after the other and joined."""

    parts: tuple[Part, ...]
    closed: bool = True
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Not:
    """`!condition`."""

    condition: Condition | None
    stop: int | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Def:
    """`def:name`; `header` is the node of a header name, None for a variable."""

    name: str
    header: Header | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Test:
    """`name{first}{second}`: any condition whose parts are all strings."""

    name: str
    arguments: tuple[String, ...]
    stop: int | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Junction:
    """`and{{first}{second}...}` and `or{...}`; `inside` says that reading stopped inside the braces of the last member."""

    name: str
    members: tuple[Condition, ...]
    stop: int | None = None
    inside: bool = False
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Each:
    """`forany{list}{condition}`, `forall{...}{...}` and their `_json` and `_jsons` forms."""

    name: str
    items: String | None
    condition: Condition | None
    stop: int | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Nothing:
    """A place where a condition was expected; what stands there is the rest of the string from `stop`."""

    stop: int
    span: Span = _span()


Condition = Not | Def | Test | Junction | Each | Nothing
Node = Part | String | Condition
