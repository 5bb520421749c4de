"""Main options as the variables and items need them: bytes, numbers, log selectors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from exim_lang.source.text import Text

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import Config

_SELECTOR: Final = re.compile(r"([+-])[ \t\n]*(\w+)")


def option(scope: Scope, name: str) -> bytes:
    """The value, or the default, of the main option `name`; a number in decimal digits, nothing as an empty string.

    Nothing is also what an option gives that this version of Exim does not have.
    """
    known: bytes | None = scope.config.memo.get(name)
    if known is None:
        known = scope.config.memo[name] = _as_bytes(scope.config, name)
    return known


def _as_bytes(config: Config, name: str) -> bytes:
    if config.fact(name) is None:
        return b""
    match config.option(name):
        case None:
            return b""
        case bytes(value):
            return value
        case Text() as text:
            return text.encode()
        case bool(value):
            return b"true" if value else b"false"
        case value:
            return str(value).encode("latin-1")


def log_selected(scope: Scope, selector: str, default: bool = False) -> bool:
    """Whether `log_selector` asks for this kind of line or detail; `default` is what holds where it is not named."""
    wanted = default
    for sign, name in _SELECTOR.findall(option(scope, "log_selector").decode("latin-1")):
        if name in (selector, "all"):
            wanted = sign == "+"
    return wanted
