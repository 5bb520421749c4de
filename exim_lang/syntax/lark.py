"""The only door to Lark: grammars are read from the package `exim_lang.grammar`."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from lark import Lark


def load_parser(name: str, extra: str = "", **options: Any) -> Lark:
    """An LALR parser for `grammar/NAME.lark`, with the lines of grammar `extra` added to it.

    `options` are Lark's (`start`, `transformer`, ...). Callers keep the parser: making one takes tens of milliseconds.
    """
    grammar = files("exim_lang.grammar").joinpath(f"{name}.lark").read_text("utf-8")
    return Lark(grammar + "\n" + extra, parser="lalr", lexer="contextual", maybe_placeholders=False, **options)
