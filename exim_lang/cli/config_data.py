"""A configuration as plain data, for JSON. `schema` counts up when a name or a meaning changes; new names may come any time."""

from __future__ import annotations

from typing import Any

from exim_lang.model.config import Config, Driver, Setting
from exim_lang.model.options import OptionFact, default_of, options_of
from exim_lang.model.values import Value
from exim_lang.report.frame import visible
from exim_lang.source.text import Place
from exim_lang.syntax.config_nodes import LIST_KINDS

SCHEMA = 1
SECTIONS = (
    "macros", "main", "lists", "acls", "routers", "transports", "authenticators", "rewrite", "retry", "problems",
)  # fmt: skip
HIDDEN = "<hidden>"

Data = dict[str, Any]


def describe(config: Config, *, everything: bool = False, show_hidden: bool = False) -> Data:
    """All of a configuration; `everything` adds the options that are not set, `show_hidden` what stands behind `hide`."""
    writer = _Writer(config, everything, show_hidden)
    return {
        "schema": SCHEMA,
        "file": visible(config.path),
        "exim_version": str(config.dialect),
        "build": config.dialect.build.name,
        "files": [visible(file.name) for file in config.files],
        "macros": writer.macros(),
        "main": writer.main(),
        "lists": writer.lists(),
        "acls": {
            visible(acl.name): {"statements": len(acl.statements), "place": place(acl.place)}
            for acl in config.acls.values()
        },
        "routers": [writer.driver(driver) for driver in config.routers],
        "transports": [writer.driver(driver) for driver in config.transports],
        "authenticators": [writer.driver(driver) for driver in config.authenticators],
        "rewrite": [
            {
                "pattern": visible(rule.pattern.string),
                "replacement": visible(rule.replacement.string),
                "flags": rule.flags,
                "place": place(rule.pattern.place(0)),
            }
            for rule in config.rewrite
        ],
        "retry": [
            {
                "pattern": visible(rule.pattern.string),
                "error": visible(rule.error.string),
                "senders": visible(rule.senders.string) if rule.senders is not None else None,
                "steps": [
                    {
                        "letter": step.rule,
                        "limit": step.timeout,
                        "interval": step.interval,
                        "factor": 1.0 if step.rule == "F" else step.factor / 1000,
                    }
                    for step in rule.parameters
                ],
                "place": place(rule.pattern.place(0)),
            }
            for rule in config.retry
        ],
        "problems": [
            {
                "message": visible(problem.message),
                "fatal": problem.fatal,
                "exim_file": visible(problem.exim_file) or None,
                "exim_line": problem.exim_line or None,
                "about": problem.about or None,
                "place": place(problem.place),
            }
            for problem in config.problems
        ],
    }


def place(where: Place) -> Data:
    """File, line and column (from 1), and the macros that the text came through, outermost first."""
    return {"file": visible(where.file), "line": where.line, "column": where.column, "macros": list(where.macros)}


class _Writer:
    def __init__(self, config: Config, everything: bool, show_hidden: bool) -> None:
        self.config = config
        self.everything = everything
        self.show_hidden = show_hidden

    def macros(self) -> Data:
        """The macros of the configuration and of the command line; Exim's own are left out."""
        return {
            name: {
                "value": visible(macro.value.string),
                "command_line": macro.command_line,
                "used": macro.used,
                "definitions": [place(text.place(0)) for text in macro.definitions],
            }
            for name, macro in self.config.macros.items()
            if not macro.predefined
        }

    def main(self) -> Data:
        config = self.config
        facts = options_of(config.dialect, "main")
        return self.options(config.main, facts, dict(config.dialect.build.defaults))

    def lists(self) -> Data:
        return {
            kind: {
                visible(name): {
                    "value": self.hide(visible(item.text.string), item.hidden),
                    "hidden": item.hidden,
                    "place": place(item.place),
                }
                for name, item in self.config.lists[kind].items()
            }
            for kind in LIST_KINDS
        }

    def driver(self, driver: Driver) -> Data:
        facts = options_of(driver.dialect, f"{driver.kind}:generic")
        facts += options_of(driver.dialect, f"{driver.kind}:{driver.driver}")
        return {
            "name": visible(driver.name),
            "driver": visible(driver.driver),
            "place": place(driver.place),
            "options": self.options(driver.settings, facts, {}),
        }

    def options(self, settings: dict[str, Setting], facts: list[OptionFact], defaults: dict[str, str]) -> Data:
        found = {name: self.setting(setting) for name, setting in settings.items()}
        if self.everything:
            for fact in facts:
                if fact.name not in found and not fact.hidden:
                    found[fact.name] = {"value": _plain(default_of(fact, defaults)), "set": False}
        return found

    def setting(self, setting: Setting) -> Data:
        return {
            "value": self.hide(_plain(setting.value), setting.hidden),
            "set": True,
            "hidden": setting.hidden,
            "place": place(setting.place),
            "value_place": place(setting.text.place(0)),
        }

    def hide(self, value: Any, hidden: bool) -> Any:
        return HIDDEN if hidden and not self.show_hidden else value


def _plain(value: Value) -> Any:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, tuple):
        return [visible(item) if isinstance(item, str) else item for item in value]
    return value
