"""A configuration after reading: main options, named lists, ACLs, drivers, retry and rewrite rules, with their places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exim_lang.errors import Problem
from exim_lang.model.dialect import Dialect
from exim_lang.model.options import OptionFact, default_of, every_age, find_option
from exim_lang.model.values import Value
from exim_lang.records import dataclass, field
from exim_lang.source.lines import LogicalLine, Macro, OnLine
from exim_lang.source.text import Place, SourceFile, Span, Text
from exim_lang.syntax.acl_nodes import Acl
from exim_lang.syntax.config_nodes import LIST_KINDS, DriverKind, ListKind, RetryRule, RewriteRule


@dataclass(frozen=True, slots=True)
class Setting(OnLine):
    """One option that is set.

    `text` is the value as the string that Exim works with: quotes and their escapes are gone, each character still
    knows its origin; of an option that may be repeated, all values joined as Exim joins them. `value` is the typed one.
    `hidden` is True behind `hide`. `line` is the logical line and `span` the option's name in it.
    """

    name: str
    value: Value
    text: Text
    line: LogicalLine
    span: Span
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class NamedList:
    """`domainlist name = text`; `text` is not yet expanded. `cached` is the suffix `_cache`."""

    name: str
    kind: ListKind
    text: Text
    hidden: bool = False
    cached: bool = False
    line: LogicalLine | None = field(default=None, compare=False, repr=False)
    span: Span = Span(0, 0)

    @property
    def place(self) -> Place:
        return self.text.place(0) if self.line is None else self.line.text.place(self.span.start)


_VERIFY = {
    "verify_sender": "verify",
    "verify_recipient": "verify",
    "fail_verify_sender": "fail_verify",
    "fail_verify_recipient": "fail_verify",
}


@dataclass(slots=True)
class Driver(OnLine):
    """One router, transport or authenticator: `name` is its own, `driver` the one that it uses.

    `kind` is "router", "transport" or "authenticator"; `settings` hold generic and private options alike.
    """

    kind: DriverKind
    name: str
    dialect: Dialect
    line: LogicalLine
    span: Span
    driver: str = ""
    settings: dict[str, Setting] = field(default_factory=dict)
    memo: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    """What later layers worked out of the finished driver, each under keys of its own."""
    texts: dict[str, Text | None] = field(default_factory=dict, repr=False, compare=False)
    values: dict[str, Value] = field(default_factory=dict, repr=False, compare=False)
    """What `text` and `option` have answered; `set` forgets it."""

    def set(self, setting: Setting) -> None:
        """Takes a setting, and forgets what was worked out before."""
        self.settings[setting.name] = setting
        if setting.name == "driver":
            self.driver = setting.text.string
        self.memo.clear()
        self.texts.clear()
        self.values.clear()

    def fact(self, name: str) -> OptionFact | None:
        """What is known of an option of this driver, None for one that it does not have."""
        return find_option(self.dialect, f"{self.kind}:{self.driver}", name) or find_option(
            self.dialect, f"{self.kind}:generic", name
        )

    def option(self, name: str) -> Value:
        """The value of an option, or its default; raises KeyError for one that this driver does not have."""
        if name not in self.values:
            # some are set by one other option, too; the last one counts
            names = (name, _VERIFY.get(name))
            last = [setting for other, setting in self.settings.items() if other in names]
            self.values[name] = last[-1].value if last else _option(self.settings, self.fact(name), name, {})
        return self.values[name]

    def text(self, name: str) -> Text | None:
        """A string option as text to be expanded, None when it is unset or empty; its default counts."""
        if name not in self.texts:
            self.texts[name] = _text(self.settings, self.fact(name), name, {})
        return self.texts[name]


@dataclass(slots=True)
class Config:
    """A whole configuration: `path` is the main file, `problems` what Exim would refuse, in the order it comes upon it."""

    path: str
    dialect: Dialect
    main: dict[str, Setting] = field(default_factory=dict)
    lists: dict[str, dict[str, NamedList]] = field(default_factory=lambda: {kind: {} for kind in LIST_KINDS})
    acls: dict[str, Acl] = field(default_factory=dict)
    routers: list[Driver] = field(default_factory=list)
    transports: list[Driver] = field(default_factory=list)
    authenticators: list[Driver] = field(default_factory=list)
    rewrite: list[RewriteRule] = field(default_factory=list)
    retry: list[RetryRule] = field(default_factory=list)
    local_scan: dict[str, Setting] = field(default_factory=dict)
    macros: Mapping[str, Macro] = field(default_factory=dict)
    own_macros: list[Macro] = field(default_factory=list)
    """Those of the configuration and of the command line alone."""
    files: list[SourceFile] = field(default_factory=list)
    lines: list[LogicalLine] = field(default_factory=list)
    directives: list[Text] = field(default_factory=list)
    """Physical lines that begin with a dot, see `exim_lang.source.lines.Source`."""
    problems: list[Problem] = field(default_factory=list)
    memo: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What later layers worked out of the finished configuration, each under keys of its own."""
    texts: dict[str, Text | None] = field(default_factory=dict, repr=False, compare=False)
    values: dict[str, Value] = field(default_factory=dict, repr=False, compare=False)
    """What `text` and `option` have answered; `set` forgets it."""

    @property
    def fatal(self) -> Problem | None:
        """The first problem that keeps Exim from starting; None when it would start."""
        return next((problem for problem in self.problems if problem.fatal), None)

    def fact(self, name: str) -> OptionFact | None:
        """What is known of a main option, None when this dialect has no such."""
        return find_option(self.dialect, "main", name)

    def option(self, name: str) -> Value:
        """The value of a main option, or its default; raises KeyError for what is no option of any Exim.

        An option that this dialect does not have is unset: False for a boolean one, None for others.
        """
        if name not in self.values:
            fact = self.fact(name)
            if fact is None and name not in self.main and (others := every_age("main", name)):
                self.values[name] = False if others[0].type == "boolean" else None
            else:
                self.values[name] = _option(self.main, fact, name, self.dialect.build.defaults)
        return self.values[name]

    def text(self, name: str) -> Text | None:
        """A main option of type string as text to be expanded, None when it is unset or empty; its default counts."""
        if name not in self.texts:
            self.texts[name] = _text(self.main, self.fact(name), name, self.dialect.build.defaults)
        return self.texts[name]

    def set(self, setting: Setting) -> None:
        """Takes the setting of a main option, and forgets what was worked out before."""
        self.main[setting.name] = setting
        self.memo.clear()
        self.texts.clear()
        self.values.clear()

    def driver(self, kind: str, name: str) -> Driver | None:
        """The router, transport or authenticator of that name."""
        found = {"router": self.routers, "transport": self.transports, "authenticator": self.authenticators}[kind]
        for driver in found:
            if driver.name == name:
                return driver
        return None


def _option(settings: dict[str, Setting], fact: OptionFact | None, name: str, defaults: Mapping[str, str]) -> Value:
    setting = settings.get(name)
    if setting is not None:
        return setting.value
    if fact is None:
        raise KeyError(name)
    return default_of(fact, defaults)


def _text(settings: dict[str, Setting], fact: OptionFact | None, name: str, defaults: Mapping[str, str]) -> Text | None:
    setting = settings.get(name)
    if setting is not None:
        return setting.text if setting.text.string else None
    if fact is None:
        return None
    default = defaults.get(name, fact.default)
    return Text.literal(default, f"<default of {name}>") if default else None
