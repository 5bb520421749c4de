"""Strings that know where each of their characters stands.

Configuration text is read as latin-1, one character a byte, so nothing is lost and offsets are byte offsets. Inside the
toolkit everything counts offsets; lines and columns are worked out at the edge, by `Text.place`.
"""

from __future__ import annotations

import builtins
import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

SPACE = " \t\n\v\f\r"
"""White space as the C locale has it; Python's own idea of it includes bytes that are parts of characters in UTF-8."""

_SPACES = re.compile(f"[{SPACE}]*")


def after_space(string: str, at: int) -> int:
    """The offset of the first character that is not white space, from `at` on."""
    match = _SPACES.match(string, at)
    assert match is not None, "the pattern matches the empty string"
    return match.end()


class Span(NamedTuple):
    """A half-open range of offsets in the string that was parsed."""

    start: int
    end: int


class Place(NamedTuple):
    """A position a person can go to: file name, line and column counted from 1, and the macros on the way, outermost first."""

    file: str
    line: int
    column: int
    macros: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class SourceFile:
    """The name and the whole content (latin-1) of one file, or of something that stands for one."""

    def __init__(self, name: str, content: str) -> None:
        self.name = name
        self.content = content

    @cached_property
    def line_starts(self) -> list[int]:
        starts = [0]
        end = self.content.find("\n")
        while end != -1:
            starts.append(end + 1)
            end = self.content.find("\n", end + 1)
        return starts

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Line and column, counted from 1, of the character at `offset`."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of line `number` (counted from 1), without its newline."""
        start = self.line_starts[number - 1]
        end = self.content.find("\n", start)
        return self.content[start:] if end == -1 else self.content[start:end]

    def __repr__(self) -> str:
        return f"SourceFile({self.name!r}, {len(self.content)} bytes)"


class Piece(NamedTuple):
    """From `start` on, up to the next piece, characters come from `file` at `offset`.

    `fixed` says that all of them stand for the one place `offset`: the text that a macro was replaced by, used there.
    """

    start: int
    file: SourceFile
    offset: int
    fixed: bool = False
    macros: tuple[str, ...] = ()


class Text:
    """A string with the origin of every character; slicing and joining keep it."""

    __slots__ = ("pieces", "string")

    def __init__(self, string: str, pieces: tuple[Piece, ...]) -> None:
        self.string = string
        self.pieces = pieces

    @classmethod
    def of(cls, file: SourceFile, start: int = 0, end: int | None = None) -> Text:
        """The characters of `file` from `start` to `end`."""
        return cls(file.content[start:end], (Piece(0, file, start),))

    @classmethod
    def literal(cls, string: str, name: str = "<string>") -> Text:
        """A string from nowhere else: a command line argument, a test."""
        return cls.of(SourceFile(name, string))

    def piece_at(self, offset: int) -> Piece:
        return self.pieces[max(0, bisect_right(self.pieces, offset, key=lambda piece: piece.start) - 1)]

    def place(self, offset: int = 0) -> Place:
        """Where the character at `offset` stands; the end of the text is a place, too."""
        piece = self.piece_at(min(offset, max(0, len(self.string) - 1)))
        there = piece.offset if piece.fixed else piece.offset + offset - piece.start
        return Place(piece.file.name, *piece.file.line_and_column(there), piece.macros)

    def slice(self, start: int, end: int) -> Text:
        """The characters from `start` to `end`, each with its origin."""
        start, end, _ = slice(start, end).indices(len(self.string))
        if start >= end:
            first = self.piece_at(start)
            at = first.offset if first.fixed else first.offset + start - first.start
            return Text("", (Piece(0, first.file, at, first.fixed, first.macros),))
        pieces = []
        first_index = max(0, bisect_right(self.pieces, start, key=lambda piece: piece.start) - 1)
        for index in range(first_index, len(self.pieces)):
            piece = self.pieces[index]
            if piece.start >= end:
                break
            skip = max(0, start - piece.start)
            offset = piece.offset if piece.fixed else piece.offset + skip
            pieces.append(Piece(max(0, piece.start - start), piece.file, offset, piece.fixed, piece.macros))
        return Text(self.string[start:end], tuple(pieces))

    def __getitem__(self, key: builtins.slice[int | None, int | None, int | None]) -> Text:
        start, end, step = key.indices(len(self.string))
        if step != 1:
            raise ValueError("a Text has no steps")
        return self.slice(start, end)

    def __add__(self, other: Text) -> Text:
        if not self.string:
            return other
        if not other.string:
            return self
        shift = len(self.string)
        moved = tuple(piece._replace(start=piece.start + shift) for piece in other.pieces)
        return Text(self.string + other.string, self.pieces + moved)

    @classmethod
    def join(cls, parts: Sequence[Text]) -> Text:
        """All parts, one after the other."""
        kept = [part for part in parts if part.string]
        if len(kept) == 1:
            return kept[0]
        pieces: list[Piece] = []
        length = 0
        for part in kept:
            if length:
                pieces.extend(piece._replace(start=piece.start + length) for piece in part.pieces)
            else:
                pieces.extend(part.pieces)
            length += len(part.string)
        return cls("".join(part.string for part in kept), tuple(pieces)) if kept else parts[0] if parts else cls.literal("")

    def strip(self) -> Text:
        """Without white space (of the C locale) at both ends."""
        left = len(self.string) - len(self.string.lstrip(SPACE))
        return self.slice(left, len(self.string.rstrip(SPACE)))

    def __len__(self) -> int:
        return len(self.string)

    def __str__(self) -> str:
        return self.string

    def __repr__(self) -> str:
        return f"Text({self.string!r} at {self.place()})"

    def __eq__(self, other: object) -> bool:
        """Texts are equal when their characters are; where they stand does not count."""
        return isinstance(other, Text) and self.string == other.string

    def __hash__(self) -> int:
        return hash(self.string)

    def encode(self) -> bytes:
        """The bytes of the file again."""
        return self.string.encode("latin-1")


class Placed:
    """Something that stands at `span` of `text`; frozen classes inherit the place."""

    __slots__ = ()

    text: Text
    span: Span

    @property
    def place(self) -> Place:
        """Where it begins."""
        return self.text.place(self.span.start)
