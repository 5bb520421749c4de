"""Loads a configuration: source lines to main options, named lists, ACLs, drivers and rules (specification chapter 6)."""

from __future__ import annotations

from collections.abc import Mapping

from exim_lang.errors import ConfigError, Problem
from exim_lang.model.config import Config, Driver
from exim_lang.model.dialect import Dialect, dialect_for
from exim_lang.model.drivers import DriverSection
from exim_lang.model.main import read_main_line
from exim_lang.source.lines import LogicalLine, Source
from exim_lang.source.read import read_config, read_text
from exim_lang.source.text import Span
from exim_lang.syntax.acl import parse_acl
from exim_lang.syntax.acl_names import acl_names

SECTIONS = ("acl", "authenticators", "local_scans", "retrys", "rewrites", "routers", "transports")
_SINGULAR = ("local_scan", "retry", "rewrite", "authenticator", "router", "transport")


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

    def build(self) -> None:
        problems = self.config.problems
        problems.extend(self.source.problems)
        section = ""
        lines: list[LogicalLine] = []
        for line in self.source.lines:
            if line.begins:
                self.section(section, lines)
                section, lines = self.begin(line), []
            else:
                lines.append(line)
        self.section(section, lines)

    def begin(self, line: LogicalLine) -> str:
        """The name of the section that a `begin` line starts, `?` for one to be left out."""
        name = line.section.strip()
        known = name.lower()
        if known in _SINGULAR:
            known += "s"
        if known not in SECTIONS:
            self.problem(ConfigError(f'"{name}" is not a known configuration section name'), line)
            return "?"
        if known in self.seen:
            self.problem(ConfigError(f'"{name}" section is repeated in the configuration file'), line)
        self.seen.add(known)
        return known

    def section(self, name: str, lines: list[LogicalLine]) -> None:
        config = self.config
        match name:
            case "":
                for line in lines:
                    if not line.macro:
                        self.attempt(line)
            case "acl":
                features = frozenset(word.removeprefix("Experimental_") for word in config.dialect.build.support)
                acls, problems = parse_acl(lines, acl_names(config.dialect.version, features))
                for acl in acls:
                    config.acls.setdefault(acl.name, acl)
                config.problems.extend(problems)
            case "routers":
                self.drivers("router", lines, config.routers)
            case "transports":
                self.drivers("transport", lines, config.transports)
            case "authenticators":
                self.drivers("authenticator", lines, config.authenticators)
            case "retrys":
                config.retry.extend(line for line in lines if not line.macro)
            case "rewrites":
                config.rewrite.extend(line for line in lines if not line.macro)
            case _:
                pass

    def attempt(self, line: LogicalLine) -> None:
        try:
            read_main_line(self.config, line)
        except ConfigError as error:
            self.problem(error, line)

    def drivers(self, kind: str, lines: list[LogicalLine], into: list[Driver]) -> None:
        section = DriverSection(kind, self.config.dialect)
        for line in lines:
            if not line.macro:
                section.add(line)
        into.extend(section.finish())
        self.config.problems.extend(section.problems)

    def problem(self, error: ConfigError, line: LogicalLine) -> None:
        span = error.span or Span(0, len(line.text))
        self.config.problems.append(Problem(error.message, line.text, span, line.exim_file, line.exim_line))
