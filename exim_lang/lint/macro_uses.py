"""Where macros were replaced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from exim_lang.model.config import Config
from exim_lang.source.text import SourceFile, Text


class MacroUse(NamedTuple):
    """The name of a macro in a file, from `start` to `end`, which a value took the place of."""

    name: str
    file: SourceFile
    start: int
    end: int


def macro_uses(config: Config) -> Iterator[MacroUse]:
    """All places in the files, outside of the values of other macros, where the name of a macro was replaced."""
    seen: set[tuple[str, int]] = set()
    for text in (*(line.text for line in config.lines), *config.directives):
        for use in _of_text(text):
            if (use.file.name, use.start) not in seen:
                seen.add((use.file.name, use.start))
                yield use


def _of_text(text: Text) -> Iterator[MacroUse]:
    for piece in text.pieces:
        if piece.fixed and piece.macros:
            name = piece.macros[0]
            if piece.file.content.startswith(name, piece.offset):
                yield MacroUse(name, piece.file, piece.offset, piece.offset + len(name))
