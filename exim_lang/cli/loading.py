"""Loading a configuration that is going to be run, for every command that does."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from exim_lang.errors import UsageError

if TYPE_CHECKING:
    from exim_lang.errors import Problem
    from exim_lang.model.config import Config


def sound_config(path: str, *, macros: Iterable[str] = (), version: str = "", root: str = "") -> Config:
    """The configuration at `path`; raises UsageError, with its place, for one that Exim would refuse.

    `macros` are as behind -D: NAME=VALUE.
    """
    from exim_lang.model.dialect import dialect_for
    from exim_lang.model.load import load_config

    values = {}
    for setting in macros:
        name, _, value = os.fsencode(setting).decode("latin-1").partition("=")
        values[name] = value
    config = load_config(path, macros=values, dialect=dialect_for(version), root=root)
    fatal = config.fatal
    if fatal is not None:
        raise UsageError(fatal.message + include_loop(config, fatal)).at(fatal.text, fatal.span)
    return config


def include_loop(config: Config, problem: Problem) -> str:
    """What to say behind Exim's words for an `.include` that failed because files include each other; else nothing."""
    _, found, name = problem.message.partition("failed to open included configuration file ")
    looping = found and sum(file.name == name for file in config.files) > 1
    return " (it includes itself, or files that include it)" if looping else ""
