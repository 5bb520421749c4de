"""The nodes of a configuration file (specification chapter 6).

    ConfigFile ─ main ──────> Setting | NamedList
               └ sections ──> DriverSection ─ drivers ─> Driver ─ settings ─> Setting
                              AclSection ─ lines ──────> LogicalLine (exim_lang.syntax.acl makes ACLs of them)
                              RewriteSection ─ rules ──> RewriteRule
                              RetrySection ─ rules ────> RetryRule ─ parameters ─> RetryParameter
                              LocalScanSection ────────> Setting

All are values: two are equal when they say the same, wherever they stand. Macros are replaced already and do not appear;
they are part of `exim_lang.source.lines.Source`. `line` is the logical line that a node was read from (an empty one for a
node made by hand) and `span` the range of its name in the line's text.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from exim_lang.records import dataclass, field
from exim_lang.source.lines import LogicalLine, OnLine
from exim_lang.source.text import Span, Text

DriverKind: TypeAlias = Literal["router", "transport", "authenticator"]
ListKind: TypeAlias = Literal["domain", "host", "address", "localpart"]
LIST_KINDS: tuple[ListKind, ...] = get_args(ListKind)

_NOWHERE = Text.literal("")
_NO_LINE = LogicalLine(_NOWHERE, "", 0)
_NO_SPAN = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Setting(OnLine):
    """`name = value`, or `name`, `no_name`, `not_name` for a boolean.

    `name` is without the prefix, `prefix` is "no_", "not_" or empty (whether it is one depends on the option: there is
    `no_` in front of the name of nothing but booleans). `value` is what stands behind the `=`, None
    without one; quotes are part of it (see `exim_lang.source.quoted`). `rest` is what stands where a `=` was to
    be: always a mistake. `hidden` is the prefix word `hide`.
    """

    name: str
    value: Text | None = None
    prefix: str = ""
    hidden: bool = False
    rest: Text = _NOWHERE
    line: LogicalLine = field(default=_NO_LINE, compare=False, repr=False)
    span: Span = field(default=_NO_SPAN, compare=False, repr=False)

    @property
    def written(self) -> str:
        """The name with its prefix, as Exim's messages show it."""
        return self.prefix + self.name


@dataclass(frozen=True, slots=True)
class NamedList(OnLine):
    """`domainlist name = value` and its three sisters; `cached` is the suffix `_cache`.

    `name` may be empty, because Exim takes that, too. Quotes are part of the value, as in a Setting.
    """

    kind: ListKind
    name: str
    value: Text
    cached: bool = False
    hidden: bool = False
    line: LogicalLine = field(default=_NO_LINE, compare=False, repr=False)
    span: Span = field(default=_NO_SPAN, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Driver(OnLine):
    """A router, transport or authenticator: its name and everything set in it, in order."""

    name: str
    settings: tuple[Setting, ...] = ()
    line: LogicalLine = field(default=_NO_LINE, compare=False, repr=False)
    span: Span = field(default=_NO_SPAN, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class DriverSection:
    """`begin routers`, `begin transports`, `begin authenticators`."""

    kind: DriverKind
    drivers: tuple[Driver, ...] = ()
    line: LogicalLine = field(default=_NO_LINE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AclSection:
    """`begin acl`: its lines, without macro definitions; the line behind one of these starts an ACL in any case."""

    lines: tuple[LogicalLine, ...] = ()
    line: LogicalLine = field(default=_NO_LINE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class RewriteRule:
    """`pattern replacement flags`; pattern and replacement are without the quotes that may have been around them."""

    pattern: Text
    replacement: Text
    flags: str = ""
    line: LogicalLine = field(default=_NO_LINE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class RewriteSection:
    """`begin rewrite`."""

    rules: tuple[RewriteRule, ...] = ()
    line: LogicalLine = field(default=_NO_LINE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class RetryParameter:
    """`letter,cutoff,arguments`: `F,2h,15m` or `G,16h,1h,1.5`.

    `timeout` is the cutoff and `interval` the first argument, both in seconds; `factor` is in thousandths.
    """

    rule: str
    timeout: int
    interval: int = 0
    factor: int = 0


@dataclass(frozen=True, slots=True)
class RetryRule:
    """`pattern error [senders=list] parameters`; without parameters nothing is retried."""

    pattern: Text
    error: Text
    senders: Text | None = None
    parameters: tuple[RetryParameter, ...] = ()
    line: LogicalLine = field(default=_NO_LINE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class RetrySection:
    """`begin retry`."""

    rules: tuple[RetryRule, ...] = ()
    line: LogicalLine = field(default=_NO_LINE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class LocalScanSection:
    """`begin local_scan`."""

    settings: tuple[Setting, ...] = ()
    line: LogicalLine = field(default=_NO_LINE, compare=False, repr=False)


Section: TypeAlias = DriverSection | AclSection | RewriteSection | RetrySection | LocalScanSection


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The whole configuration: main options and named lists, then the sections, all in the order of the file."""

    main: tuple[Setting | NamedList, ...] = ()
    sections: tuple[Section, ...] = ()
