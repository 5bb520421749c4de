"""Loads a configuration: source lines to main options, named lists, ACLs, drivers and rules (specification chapter 6)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping

from exim_lang.errors import ConfigError, Problem
from exim_lang.model.config import Config, Driver
from exim_lang.model.dialect import Dialect, dialect_for
from exim_lang.model.drivers import DriverSection
from exim_lang.model.main import read_main_line
from exim_lang.model.main_checks import check_main
from exim_lang.model.retry import read_retry_line
from exim_lang.model.rewrite import read_rewrite_line
from exim_lang.source.lines import LogicalLine, Source
from exim_lang.source.read import read_config, read_text
from exim_lang.source.text import Span
from exim_lang.syntax.acl import parse_acl
from exim_lang.syntax.acl_names import acl_names

SECTIONS = ("acls", "authenticators", "local_scans", "retrys", "rewrites", "routers", "transports")
_SINGULAR = ("acl", "local_scan", "retry", "rewrite", "authenticator", "router", "transport")
_NO_LOCAL_SCAN = "local_scan() options not supported: (LOCAL_SCAN_HAS_OPTIONS not defined in Local/Makefile)"


def load_config(
    path: str, *, macros: Mapping[str, str] | None = None, dialect: Dialect | None = None, root: str = ""
) -> Config:
    """Reads the configuration file at `path` with everything it includes.

    Mistakes do not raise: they are in `Config.problems`. Raises UsageError when the file cannot be read. `macros` are
    those of -D; `root` is where absolute names in `.include` are looked up.
    """
    dialect = dialect or dialect_for()
    return build(read_config(path, macros=macros, predefined=dialect.predefined, root=root), dialect)


def config_from_text(
    text: str,
    name: str = "<string>",
    *,
    macros: Mapping[str, str] | None = None,
    dialect: Dialect | None = None,
    root: str = "",
) -> Config:
    """Reads a configuration given as latin-1 text, as `load_config` does a file."""
    dialect = dialect or dialect_for()
    return build(read_text(text, name, macros=macros, predefined=dialect.predefined, root=root), dialect)


def build(source: Source, dialect: Dialect) -> Config:
    """The configuration that the lines of `source` make in `dialect`."""
    config = Config(source.name, dialect, macros=source.macros, files=source.files, lines=source.lines)
    _Builder(config, source).build()
    return config


class _Builder:
    def __init__(self, config: Config, source: Source) -> None:
        self.config = config
        self.source = source
        self.seen: set[str] = set()
        self.found: list[tuple[int, Problem]] = []
        """Problems with the number of the line at which Exim comes upon them."""

    def build(self) -> None:
        section = ""
        start = 0
        for number, line in enumerate(self.source.lines):
            if line.begins:
                self.section(section, start, number)
                section, start = self.begin(number, line), number + 1
        end = len(self.source.lines)
        self.section(section, start, end)
        if not self.seen:
            self.end_of_main(end)
        before = self.source_problems()
        self.config.problems = [problem for _, problem in sorted(before + self.found, key=lambda pair: pair[0])]

    def source_problems(self) -> list[tuple[int, Problem]]:
        """What was found while reading lines, with the number of the first logical line behind it."""
        if not self.source.problems:
            return []
        places: dict[str, list[tuple[int, int]]] = {}
        for number, line in enumerate(self.source.lines):
            places.setdefault(line.exim_file, []).append((line.exim_line, number))
        found = []
        for problem in self.source.problems:
            there = places.get(problem.exim_file or problem.place.file, [])
            at = bisect_right(there, (problem.exim_line or problem.place.line, -1))
            found.append((there[at][1] if at < len(there) else len(self.source.lines), problem))
        return found

    def begin(self, number: int, line: LogicalLine) -> str:
        """The name of the section that a `begin` line starts, `?` for one to be left out."""
        if not self.seen:
            self.end_of_main(number)
        name = line.section.strip()
        known = name.lower()
        if known in _SINGULAR:
            known += "s"
        self.seen.add("")
        if known not in SECTIONS:
            self.problem(ConfigError(f'"{name}" is not a known configuration section name'), number, line)
            return "?"
        if known in self.seen:
            self.problem(ConfigError(f'"{name}" section is repeated in the configuration file'), number, line)
        self.seen.add(known)
        if known == "local_scans" and not self.config.dialect.build.has("local_scan_options"):
            self.problem(ConfigError(_NO_LOCAL_SCAN), number, line)
        return known

    def end_of_main(self, number: int) -> None:
        self.found.extend((number, problem) for problem in check_main(self.config))

    def section(self, name: str, start: int, end: int) -> None:
        config = self.config
        lines = self.source.lines[start:end]
        match name:
            case "":
                for number, line in enumerate(lines, start):
                    if not line.macro:
                        self.attempt(read_main_line, number, line)
            case "acls":
                acls, problems = parse_acl(lines, acl_names(config.dialect.version, config.dialect.build.features))
                for acl in acls:
                    config.acls.setdefault(acl.name, acl)
                self.found.extend((self.number_of(problem, start, lines), problem) for problem in problems)
            case "routers":
                self.drivers("router", start, lines, config.routers)
            case "transports":
                self.drivers("transport", start, lines, config.transports)
            case "authenticators":
                self.drivers("authenticator", start, lines, config.authenticators)
            case "retrys":
                for number, line in enumerate(lines, start):
                    self.attempt(read_retry_line, number, line)
            case "rewrites":
                for number, line in enumerate(lines, start):
                    self.attempt(read_rewrite_line, number, line)
            case _:
                pass

    def number_of(self, problem: Problem, start: int, lines: list[LogicalLine]) -> int:
        """The number of the line that an ACL's problem is about."""
        return next((number for number, line in enumerate(lines, start) if line.text is problem.text), start)

    def attempt(self, read: Callable[[Config, LogicalLine], None], number: int, line: LogicalLine) -> None:
        try:
            read(self.config, line)
        except ConfigError as error:
            self.problem(error, number, line)

    def drivers(self, kind: str, start: int, lines: list[LogicalLine], into: list[Driver]) -> None:
        section = DriverSection(kind, self.config.dialect)
        for number, line in enumerate(lines, start):
            if not line.macro:
                section.add(line)
                self.found.extend((number, problem) for problem in section.problems)
                section.problems.clear()
        into.extend(section.finish())
        self.found.extend((start + len(lines), problem) for problem in section.problems)

    def problem(self, error: ConfigError, number: int, line: LogicalLine) -> None:
        span = error.span or Span(0, len(line.text))
        self.found.append((number, Problem(error.message, line.text, span, line.exim_file, line.exim_line)))
