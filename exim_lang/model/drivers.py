"""Routers, transports and authenticators: the options that each sets (specification chapter 6.20)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from exim_lang.errors import ConfigError, Problem
from exim_lang.model.config import Driver
from exim_lang.model.dialect import Dialect
from exim_lang.model.driver_checks import check_driver
from exim_lang.model.setting import read_setting
from exim_lang.source.lines import LogicalLine
from exim_lang.source.text import Span
from exim_lang.syntax import config_nodes as nodes

Report: TypeAlias = Callable[[ConfigError, LogicalLine], None]


def word_for_authenticator(dialect: Dialect) -> str:
    """What Exim calls an authenticator in its messages."""
    return "auth" if dialect.within("4.97") else "authenticator"


def read_driver(node: nodes.Driver, kind: nodes.DriverKind, dialect: Dialect, report: Report) -> Driver:
    """The driver with all its settings; `report` is told of each line that Exim refuses."""
    driver = Driver(kind, node.name, dialect, node.line, node.span)
    for setting in node.settings:
        try:
            _set(driver, setting)
        except ConfigError as error:
            report(error, setting.line)
    return driver


def _set(driver: Driver, node: nodes.Setting) -> None:
    setting = read_setting(node, driver.fact, driver.settings, lambda name: _unknown(driver, name))
    driver.set(setting)
    if setting.name == "driver" and not driver.dialect.knows(driver.kind, driver.driver):
        word = _word(driver)
        end = len(node.line.text)
        raise ConfigError(
            f'{word} {driver.name}: cannot find {word} driver "{driver.driver}"', Span(end - len(setting.text), end)
        )


def _word(driver: Driver) -> str:
    return word_for_authenticator(driver.dialect) if driver.kind == "authenticator" else driver.kind


def _unknown(driver: Driver, name: str) -> str:
    if driver.driver:
        return f'option "{name}" unknown'
    return f'option "{name}" unknown ("driver" must be specified before any private options)'


def check_complete(driver: Driver) -> list[Problem]:
    """What Exim would refuse about a driver where it ends."""
    if "driver" not in driver.settings:
        message = f'no driver defined for {_word(driver)} "{driver.name}"'
        return [Problem(message, driver.line.text, driver.span)]
    return check_driver(driver) if driver.dialect.knows(driver.kind, driver.driver) else []
