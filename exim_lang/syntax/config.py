"""Reading the structure of a configuration, and writing it again (specification chapter 6).

What stands between the lines of the reader (exim_lang.source.read) and the model: sections, settings, named lists,
drivers, rewrite and retry rules. Whether names exist and values make sense is the model's to know; here lines are told
apart as Exim does, and what has no shape at all is reported in Exim's words. A line that is wrong is left out of the tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import assert_never, cast

from exim_lang.errors import ConfigError, Problem
from exim_lang.records import dataclass, field
from exim_lang.source.lines import LogicalLine, Source
from exim_lang.source.text import SPACE, Span, Text
from exim_lang.syntax.config_errors import list_taken_error, main_line_error, no_setting_error
from exim_lang.syntax.config_nodes import (
    AclSection,
    ConfigFile,
    Driver,
    DriverKind,
    DriverSection,
    ListKind,
    LocalScanSection,
    NamedList,
    RetryRule,
    RetrySection,
    RewriteRule,
    RewriteSection,
    Section,
    Setting,
)
from exim_lang.syntax.config_rules import (
    line_parser,
    parse_retry_rule,
    parse_rewrite_rule,
    unparse_retry_rule,
    unparse_rewrite_rule,
)
from exim_lang.syntax.lalr import Token, Tree, Unexpected
from exim_lang.syntax.words import LONGEST_NAME, name_too_long_error, read_name

_SECTIONS = ("acls", "authenticators", "local_scans", "retrys", "rewrites", "routers", "transports")
_DRIVERS: dict[str, DriverKind] = {
    "authenticators": "authenticator",
    "routers": "router",
    "transports": "transport",
}
_LONGEST_SECTION = 22
_DIRECTIVE = re.compile(r"\.[a-z]")


def parse_config(source: Source, *, authenticator: str = "authenticator") -> tuple[ConfigFile, list[Problem]]:
    """The tree of a configuration that was read, and every problem of its shape in the order of the lines.

    The reader's own problems are not among them: put both together with `sorted(..., key=source.position)`. A section
    that is repeated, a named list and a driver whose name is taken are reported and stay in the tree.
    `authenticator` is Exim's word for one in messages.
    """
    builder = _Builder(authenticator)
    for line in source.lines:
        builder.add(line)
    return builder.finish(), builder.problems


def parse_setting(line: LogicalLine) -> Setting | NamedList | None:
    """The setting or named list of one line of the main section; None for a line that is neither."""
    try:
        tree = line_parser().parse(line.text.string, start="main_line")
    except Unexpected:
        return None
    return _main_item(line, tree.children[0])


@dataclass(slots=True)
class _Builder:
    """Puts lines together to drivers and sections."""

    authenticator: str
    problems: list[Problem] = field(default_factory=list)
    main: list[Setting | NamedList] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    had: set[str] = field(default_factory=set)
    lists: set[tuple[str, str]] = field(default_factory=set)
    section: str = ""
    opening: LogicalLine | None = None
    lines: list[LogicalLine] = field(default_factory=list)
    drivers: list[Driver] = field(default_factory=list)
    rewrites: list[RewriteRule] = field(default_factory=list)
    retries: list[RetryRule] = field(default_factory=list)
    driver: Driver | None = None
    settings: list[Setting] = field(default_factory=list)
    nameless: bool = False
    """Behind a macro definition in the section of ACLs: the next line has to name one."""
    astray: bool = False
    """Behind a line that should have been a name: what follows is not reported until there is one."""

    def finish(self) -> ConfigFile:
        self._end_section()
        return ConfigFile(tuple(self.main), tuple(self.sections))

    def add(self, line: LogicalLine) -> None:
        if line.begins:
            self._begin(line)
        elif line.macro:
            self._end_driver()
            self.nameless = self.section == "acls"
        elif self.section == "acls":
            self._add_to_acl(line)
        elif self.section in ("", "local_scans"):
            self._add_main(line)
        elif self.section in _DRIVERS:
            self._add_to_driver(line, _DRIVERS[self.section])
        elif self.section != "?":
            self._add_rule(line)

    def _begin(self, line: LogicalLine) -> None:
        self._end_section()
        word = line.section[:_LONGEST_SECTION]
        span = Span(len(line.text) - len(line.section), len(line.text))
        name = word.lower()
        name = name if name.endswith("s") else name + "s"
        self.opening = line
        if name not in _SECTIONS:
            self.problem(line, f'"{word}" is not a known configuration section name', span)
            self.section = "?"
            return
        if name in self.had:
            self.problem(line, f'"{word}" section is repeated in the configuration file', span)
        self.had.add(name)
        self.section = name

    def _end_section(self) -> None:
        self._end_driver()
        line = self.opening
        if line is not None and self.section != "?":
            match self.section:
                case "acls":
                    self.sections.append(AclSection(tuple(self.lines), line))
                case "local_scans":
                    self.sections.append(LocalScanSection(tuple(self.settings), line))
                case "rewrites":
                    self.sections.append(RewriteSection(tuple(self.rewrites), line))
                case "retrys":
                    self.sections.append(RetrySection(tuple(self.retries), line))
                case kind:
                    self.sections.append(DriverSection(_DRIVERS[kind], tuple(self.drivers), line))
        self.lines, self.drivers, self.settings, self.rewrites, self.retries = [], [], [], [], []
        self.opening = None
        self.astray = self.nameless = False

    def _add_main(self, line: LogicalLine) -> None:
        item = parse_setting(line)
        if item is None:
            self.problem(line, *main_line_error(line.text.string, self.lists))
        elif isinstance(item, Setting):
            (self.settings if self.section else self.main).append(item)
        elif not self.section:
            if (item.kind, item.name) in self.lists:
                self.problem(line, list_taken_error(item.kind, item.name), item.span)
            self.lists.add((item.kind, item.name))
            self.main.append(item)

    def _add_to_acl(self, line: LogicalLine) -> None:
        string = line.text.string
        if self.nameless and not string.startswith(":", read_name(string).end):
            if not self.astray:
                self.problem(line, "missing or malformed ACL name", Span(0, len(string)))
            self.astray = True
            return
        self.nameless = self.astray = False
        self.lines.append(line)

    def _add_to_driver(self, line: LogicalLine, kind: DriverKind) -> None:
        string = line.text.string
        name = read_name(string).name
        long = len(name) > LONGEST_NAME
        if long:
            self.problem(line, name_too_long_error(name), Span(0, len(name)))
        try:
            tree = line_parser().parse(string, start="driver_line")
        except Unexpected:
            tree = None
        if tree is not None and tree.data == "driver":
            self._start_driver(line, kind, name)
        elif long:
            return
        elif self.driver is None:
            if not self.astray:
                self.problem(line, f"{self._word(kind)} name missing", Span(0, len(string)))
            self.astray = True
        elif tree is None:
            self.problem(line, no_setting_error(string), Span(0, len(string)))
        else:
            self.settings.append(_setting(line, tree.children[0]))

    def _start_driver(self, line: LogicalLine, kind: DriverKind, name: str) -> None:
        self._end_driver()
        string = line.text.string
        span = Span(0, len(name))
        if any(driver.name == name for driver in self.drivers):
            self.problem(line, f'there are two {self._word(kind)}s called "{name}"', span, placed=False)
        behind = string.index(":") + 1
        if behind < len(string):
            self.problem(line, f"extra characters follow driver name {name}", Span(behind, len(string)))
        self.driver = Driver(name, (), line, span)
        self.astray = False

    def _word(self, kind: DriverKind) -> str:
        return self.authenticator if kind == "authenticator" else kind

    def _end_driver(self) -> None:
        if self.driver is not None:
            old = self.driver
            self.drivers.append(Driver(old.name, tuple(self.settings), old.line, old.span))
            self.settings = []
        self.driver = None

    def _add_rule(self, line: LogicalLine) -> None:
        try:
            if self.section == "rewrites":
                self.rewrites.append(parse_rewrite_rule(line))
            else:
                self.retries.append(parse_retry_rule(line))
        except ConfigError as error:
            self.problem(line, error.message, error.span or Span(0, len(line.text)))

    def problem(self, line: LogicalLine, message: str, span: Span, *, placed: bool = True) -> None:
        file, number = (line.exim_file, line.exim_line) if placed else ("", 0)
        self.problems.append(Problem(message, line.text, span, file, number))


def _main_item(line: LogicalLine, tree: Tree) -> Setting | NamedList:
    if tree.data != "named_list":
        return _setting(line, tree)
    tokens = {token.type: token for token in cast("list[Token]", tree.children)}
    word = str(tokens["LIST"])
    kind = cast(ListKind, word[: word.index("list")])
    name = tokens.get("NAME_OF_LIST")
    value = _rest(line.text, tokens.get("VALUE"))
    return NamedList(
        kind, str(name or ""), value, word.endswith("_cache"), "HIDE" in tokens, line, _span_of(name or tokens["LIST"])
    )


def _setting(line: LogicalLine, tree: Tree) -> Setting:
    """The node of a rule `setting` or `hidden_setting`."""
    tokens = {token.type: token for token in cast("list[Token]", tree.children)}
    first = cast(Token, tree.children[0])
    named = tokens.get("WORD") or tokens.get("ANY_WORD") if first.type == "HIDE" else first
    word = str(named or "")
    prefix = "no_" if word.startswith("no_") else "not_" if word.startswith("not_") else ""
    value = _rest(line.text, tokens.get("VALUE")) if "EQUALS" in tokens else None
    rest = _rest(line.text, tokens.get("REST"))
    return Setting(word[len(prefix) :], value, prefix, first.type == "HIDE", rest, line, _span_of(named or first))


def _span_of(token: Token) -> Span:
    return Span(token.start_pos, token.start_pos + len(token))


def _rest(text: Text, token: Token | None) -> Text:
    """The text from a token on; without one, nothing, at the end of the line."""
    start = len(text) if token is None else token.start_pos
    return text.slice(start, len(text))


def unparse(config: ConfigFile) -> str:
    """The configuration as text, from which the same tree is read again: without comments, macros and conditionals."""
    lines = [_unparse_main(item) for item in config.main]
    for section in config.sections:
        lines += ["", *_unparse_section(section)]
    return "".join(_protect(line) + "\n" for line in lines)


def _assign(name: str, value: Text) -> str:
    space = "\t" if name.lower() == "begin" else " "
    return f"{name}{space}= {value}" if value.string else f"{name}{space}="


def _protect(line: str) -> str:
    """The line so that the reader takes it as it is: a backslash or white space at the end, a directive in front."""
    body = line.lstrip(SPACE)
    if _DIRECTIVE.match(body):
        line = line[: len(line) - len(body)] + ".\\\n" + body[1:]
    return line + "\\" if line.rstrip(SPACE) != line or line.endswith("\\") else line


def _unparse_section(section: Section) -> Iterator[str]:
    match section:
        case AclSection():
            yield "begin acl"
            for line in section.lines:
                yield line.text.string
        case DriverSection():
            yield f"begin {section.kind}s"
            for driver in section.drivers:
                yield f"{driver.name}:"
                for setting in driver.settings:
                    yield "  " + _unparse_main(setting)
        case RewriteSection():
            yield "begin rewrite"
            for rewrite in section.rules:
                yield unparse_rewrite_rule(rewrite)
        case RetrySection():
            yield "begin retry"
            for retry in section.rules:
                yield unparse_retry_rule(retry)
        case LocalScanSection():
            yield "begin local_scan"
            for setting in section.settings:
                yield "  " + _unparse_main(setting)
        case _:
            assert_never(section)


def _unparse_main(item: Setting | NamedList) -> str:
    hide = "hide " if item.hidden else ""
    match item:
        case NamedList():
            return _assign(f"{hide}{item.kind}list{'_cache' if item.cached else ''} {item.name}", item.value)
        case Setting():
            if item.value is not None:
                return _assign(f"{hide}{item.written}", item.value)
            name = f"{hide}{item.written}"
            return f"{name}\t{item.rest}" if item.rest.string else name.rstrip(SPACE)
        case _:
            assert_never(item)
