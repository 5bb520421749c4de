"""Main options as the variables and items need them: bytes, numbers, log selectors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from exim_lang.source.text import Text

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import Config

_SELECTED: Final = "log_selector: by name"
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
    named: dict[str, bool] | None = scope.config.memo.get(_SELECTED)
    if named is None:
        named = scope.config.memo[_SELECTED] = _selectors(option(scope, "log_selector").decode("latin-1"))
    wanted = named.get(selector)
    return named.get("all", default) if wanted is None else wanted


def _selectors(text: str) -> dict[str, bool]:
    """What `log_selector` says of each selector that it names; `all` undoes what stands in front of it."""
    named: dict[str, bool] = {}
    for sign, name in _SELECTOR.findall(text):
        if name == "all":
            named.clear()
        named[name] = sign == "+"
    return named
