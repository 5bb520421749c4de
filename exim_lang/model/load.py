"""Loads a configuration: the nodes of its syntax to main options, named lists, ACLs, drivers and rules (chapter 6)."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import assert_never

from exim_lang.errors import ConfigError, Problem
from exim_lang.model.config import Config
from exim_lang.model.dialect import Dialect, dialect_for
from exim_lang.model.driver_checks import check_section
from exim_lang.model.drivers import check_complete, read_driver, word_for_authenticator
from exim_lang.model.main import read_main
from exim_lang.model.main_checks import check_main
from exim_lang.source.lines import LogicalLine, Source
from exim_lang.source.read import read_config, read_text
from exim_lang.source.text import Span
from exim_lang.syntax.acl import parse_acl
from exim_lang.syntax.acl_names import acl_names
from exim_lang.syntax.config import parse_config
from exim_lang.syntax.config_nodes import (
    AclSection,
    DriverSection,
    LocalScanSection,
    RetrySection,
    RewriteSection,
    Section,
)

_END = sys.maxsize
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
    """The configuration that `source` makes in `dialect`."""
    config = Config(source.name, dialect, macros=source.macros, files=source.files, lines=source.lines)
    config.own_macros = source.own_macros
    config.directives = source.directives
    _Builder(config, source).build()
    return config


class _Order(IntEnum):
    """What Exim comes upon first where several problems are found at one line."""

    READING = 0
    END = 1
    """Of what stands in front of the line: a driver, a section."""
    SHAPE = 2
    MEANING = 3


class _Builder:
    def __init__(self, config: Config, source: Source) -> None:
        self.config = config
        self.source = source
        self.found: list[tuple[int, _Order, Problem]] = []
        """Problems with how far Exim has read when it comes upon them."""
        self.begins: list[int] = []
        self.ends: list[int] = []
        """Where sections begin, and where drivers end."""

    def build(self) -> None:
        tree, problems = parse_config(self.source, authenticator=word_for_authenticator(self.config.dialect))
        self.found += [(self.source.position(problem), _Order.READING, problem) for problem in self.source.problems]
        self.found += [(self.source.position(problem), _Order.SHAPE, problem) for problem in problems]
        self.begins = [self.position(line) for line in self.source.lines if line.begins]
        for item in tree.main:
            try:
                read_main(self.config, item)
            except ConfigError as error:
                self.problem(error, item.line)
        self.end(check_main(self.config), self.begins[0] if self.begins else _END)
        for section in tree.sections:
            self.section(section)
        self.found.sort(key=lambda entry: entry[:2])
        self.config.problems = [problem for *_, problem in self.found]

    def position(self, line: LogicalLine) -> int:
        return self.source.texts[id(line.text)]

    def section(self, section: Section) -> None:
        config = self.config
        match section:
            case AclSection():
                dialect = config.dialect
                names = acl_names(dialect.version, dialect.build.features, dialect.switched_on)
                acls, problems = parse_acl(section.lines, names)
                for acl in acls:
                    config.acls.setdefault(acl.name, acl)
                self.found += [(self.source.position(problem), _Order.MEANING, problem) for problem in problems]
            case DriverSection():
                self.drivers(section)
            case RewriteSection():
                config.rewrite.extend(section.rules)
            case RetrySection():
                config.retry.extend(section.rules)
            case LocalScanSection():
                if not config.dialect.build.has("local_scan_options"):
                    self.problem(ConfigError(_NO_LOCAL_SCAN), section.line)
            case _:
                assert_never(section)

    def drivers(self, section: DriverSection) -> None:
        """Reads the drivers of a section; each ends at the next, at a macro definition or with the section."""
        dialect = self.config.dialect
        start = self.position(section.line)
        section_end = _behind(self.begins, start)
        ends = {self.position(node.line) for node in section.drivers}
        ends |= {self.position(line) for line in self.source.lines if line.macro}
        into = {
            "router": self.config.routers,
            "transport": self.config.transports,
            "authenticator": self.config.authenticators,
        }[section.kind]
        read = [read_driver(node, section.kind, dialect, self.problem) for node in section.drivers]
        for driver in read:
            self.end(check_complete(driver), min(_behind(sorted(ends), self.position(driver.line)), section_end))
        known = [driver for driver in read if dialect.knows(section.kind, driver.driver)]
        self.end(check_section(section.kind, known), section_end)
        into.extend(read)

    def end(self, problems: Iterable[Problem], position: int) -> None:
        self.found += [(position, _Order.END, problem) for problem in problems]

    def problem(self, error: ConfigError, line: LogicalLine) -> None:
        span = error.span or Span(0, len(line.text))
        problem = Problem(error.message, line.text, span, line.exim_file, line.exim_line)
        self.found.append((self.position(line), _Order.MEANING, problem))


def _behind(positions: Sequence[int], position: int) -> int:
    """The first of the sorted `positions` behind one; the end of the configuration without any."""
    at = bisect_right(positions, position)
    return positions[at] if at < len(positions) else _END
