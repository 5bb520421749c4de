"""Macros: their definitions and their replacement (specification chapter 6.4 to 6.9)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from exim_lang.records import dataclass, field
from exim_lang.source.lines import Macro
from exim_lang.source.text import Piece, Span, Text, after_space

LONGEST_NAME = 63
LONGEST_LINE = 16 * 1024 * 1024
"""Bytes that a line may grow to by macros; Exim has no limit of its own but memory."""

_CANDIDATE = re.compile("[A-Z]|_[A-Z]")
_DEFINED_NAME = re.compile("[A-Z][A-Za-z0-9_]*(?=[ \t\n\v\f\r]*=)")
_NO_NAME = re.compile("[^A-Za-z0-9_]")


class MacroError(Exception):
    """A definition that Exim refuses. `placed` tells whether Exim says in which line."""

    def __init__(self, message: str, span: Span, *, placed: bool) -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.placed = placed


class LineTooLong(Exception):
    """Replacing macros made a line longer than LONGEST_LINE."""


@dataclass(slots=True)
class _Entry:
    name: str
    value: Text
    command_line: bool = False
    predefined: bool = False
    definitions: list[Text] = field(default_factory=list)
    used: bool = False


class MacroTable:
    """The macros defined so far, in their order, which is the order of their replacement.

    `predefined` are Exim's own (`_HAVE_IPV6`), `command_line` those of the option -D, which definitions of the same name
    in the configuration do not change.
    """

    def __init__(self, predefined: Mapping[str, str], command_line: Mapping[str, str]) -> None:
        self._predefined = predefined
        self._known: dict[str, _Entry] | None = None
        self._users: list[_Entry] = []
        for name, value in command_line.items():
            self._add(_Entry(name, Text.literal(value, f"<-D {name}>"), command_line=True))

    @property
    def _entries(self) -> dict[str, _Entry]:
        """All macros; there are more than a thousand of Exim's own, which few lines ask for."""
        if self._known is None:
            self._known = {
                name: _Entry(name, Text.literal(value, f"<predefined {name}>"), predefined=True)
                for name, value in self._predefined.items()
            }
            self._known |= {entry.name: entry for entry in self._users}
        return self._known

    def _add(self, entry: _Entry) -> None:
        if self._known is not None:
            self._known[entry.name] = entry
        self._users.append(entry)

    def __iter__(self) -> Iterator[Macro]:
        return map(_macro, self._entries.values())

    def own(self) -> list[Macro]:
        """The macros that are not Exim's own."""
        return [_macro(entry) for entry in self._users]

    def replace(self, line: Text, *, starts_line: bool) -> tuple[Text, bool]:
        """The physical line with macros replaced, and whether there were any; raises LineTooLong.

        Each macro in its turn replaces every occurrence of its name, also those that earlier macros brought in. The name
        at the beginning of a definition is left alone; `starts_line` is false for the continuation of a line, which
        cannot be a definition. Exim looks for its own macros only when the first thing that could be
        a macro's name begins with an underscore.
        """
        string = line.string
        start = 0
        if starts_line:
            definition = _DEFINED_NAME.match(string, after_space(string, 0))
            start = definition.end() if definition else 0
        candidate = _CANDIDATE.search(string, start)
        if candidate is None:
            return line, False
        found = False
        start = candidate.start()
        for entry in self._entries.values() if string[start] == "_" else self._users:
            if entry.name in line.string and line.string.find(entry.name, start) != -1:
                line = _substitute(line, start, entry)
                entry.used = found = True
        return line, found

    def define(self, line: Text) -> str:
        """Takes the definition in `line` and returns the name; raises MacroError in Exim's words."""
        string = line.string
        name = string[: _after_name(string)]
        whole = Span(0, len(string))
        if len(name) > LONGEST_NAME:
            raise MacroError(
                f"macro name too long (maximum is {LONGEST_NAME} characters)", Span(0, len(name)), placed=True
            )
        at = after_space(string, len(name))
        if not string.startswith("=", at):
            raise MacroError("malformed macro definition", whole, placed=True)
        at += 1
        again = string.startswith("=", at)
        value = line.slice(after_space(string, at + again), len(string))
        old: _Entry | None = None
        for entry in self._entries.values():
            if entry.name == name:
                old = entry
                break
            if entry.name in name:
                raise MacroError(
                    f'"{name}" cannot be defined as a macro because previously defined macro "{entry.name}" is a substring',
                    Span(0, len(name)),
                    placed=False,
                )
        if old is not None and not old.command_line and not again:
            raise MacroError(
                f'macro "{name}" is already defined (use "==" if you want to redefine it)',
                Span(0, len(name)),
                placed=False,
            )
        if old is None:
            if again:
                raise MacroError(f'can\'t redefine an undefined macro "{name}"', Span(0, len(name)), placed=False)
            old = _Entry(name, value)
            self._add(old)
        elif not old.command_line:
            old.value = value
        old.definitions.append(line)
        return name


def _macro(entry: _Entry) -> Macro:
    return Macro(entry.name, entry.value, entry.command_line, entry.predefined, tuple(entry.definitions), entry.used)


def _substitute(line: Text, start: int, entry: _Entry) -> Text:
    name, value = entry.name, entry.value.string
    string = line.string
    if len(string) + string.count(name, start) * (len(value) - len(name)) > LONGEST_LINE:
        raise LineTooLong
    parts = []
    done = 0
    at = string.find(name, start)
    while at != -1:
        parts.append(line.slice(done, at))
        piece = line.piece_at(at)
        offset = piece.offset if piece.fixed else piece.offset + at - piece.start
        parts.append(Text(value, (Piece(0, piece.file, offset, True, (*piece.macros, name)),)))
        done = at + len(name)
        at = string.find(name, done)
    parts.append(line.slice(done, len(string)))
    return Text.join(parts)


def _after_name(string: str) -> int:
    end = _NO_NAME.search(string)
    return end.start() if end else len(string)
