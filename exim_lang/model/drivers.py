"""The sections of routers, transports and authenticators: one driver after the other (specification chapter 6.20)."""

from __future__ import annotations

import re

from exim_lang.errors import ConfigError, Problem
from exim_lang.model.config import Driver
from exim_lang.model.dialect import Dialect
from exim_lang.model.driver_checks import check_driver, check_section
from exim_lang.model.options import OptionFact
from exim_lang.model.setting import read_setting
from exim_lang.source.lines import LogicalLine
from exim_lang.source.text import Span

_START = re.compile(r"([A-Za-z][A-Za-z0-9_]*)?[ \t\n\v\f\r]*:")


class DriverSection:
    """Reads one section line by line; `kind` is "router", "transport" or "authenticator"."""

    def __init__(self, kind: str, dialect: Dialect) -> None:
        self.kind = kind
        self.dialect = dialect
        # what Exim calls an authenticator in its messages changed
        self.word = "auth" if kind == "authenticator" and dialect.within("4.97") else kind
        self.drivers: list[Driver] = []
        self.problems: list[Problem] = []
        self.current: Driver | None = None
        self.astray = False

    def add(self, line: LogicalLine) -> None:
        """Takes one logical line."""
        try:
            self.take(line)
        except ConfigError as error:
            span = error.span or Span(0, len(line.text))
            self.problems.append(Problem(error.message, line.text, span, line.exim_file, line.exim_line))

    def take(self, line: LogicalLine) -> None:
        string = line.text.string
        start = _START.match(string)
        if start is not None:
            self.end()
            self.astray = False
            name = start[1] or ""
            driver = Driver(self.kind, name, self.dialect, line, Span(0, len(name)))
            if any(other.name == name for other in self.drivers):
                message = f'there are two {self.word}s called "{name}"'
                self.problems.append(Problem(message, line.text, driver.span))
            self.drivers.append(driver)
            self.current = driver
            if start.end() < len(string):
                raise ConfigError(f"extra characters follow driver name {name}", Span(start.end(), len(string)))
            return
        if self.current is None:
            if self.astray:
                return
            self.astray = True
            raise ConfigError(f"{self.word} name missing", Span(0, len(string)))
        setting = read_setting(line, self.find, self.current.settings, self.unknown)
        self.current.settings[setting.name] = setting
        if setting.name == "driver":
            self.current.driver = setting.text.string
            if not self.dialect.knows(self.kind, self.current.driver):
                raise ConfigError(
                    f"{self.word} {self.current.name}: cannot find {self.word} driver \"{self.current.driver}\"",
                    Span(len(string) - len(setting.text), len(string)),
                )

    def find(self, name: str) -> OptionFact | None:
        assert self.current is not None, "options belong to a driver"
        return self.current.fact(name)

    def unknown(self, name: str) -> str:
        assert self.current is not None, "options belong to a driver"
        if self.current.driver:
            return f'option "{name}" unknown'
        return f'option "{name}" unknown ("driver" must be specified before any private options)'

    def end(self) -> None:
        """Ends the current driver."""
        driver = self.current
        if driver is not None and "driver" not in driver.settings:
            message = f'no driver defined for {self.word} "{driver.name}"'
            self.problems.append(Problem(message, driver.line.text, driver.span))
        elif driver is not None and self.dialect.knows(self.kind, driver.driver):
            self.problems.extend(check_driver(driver))
        self.current = None

    def finish(self) -> list[Driver]:
        """All drivers of the section."""
        self.end()
        known = [driver for driver in self.drivers if self.dialect.knows(self.kind, driver.driver)]
        self.problems.extend(check_section(self.kind, known))
        return self.drivers
