"""What reading a configuration gives: logical lines, macros, problems, files."""

from __future__ import annotations

from dataclasses import dataclass, field

from exim_lang.errors import Problem
from exim_lang.source.text import Place, SourceFile, Span, Text


@dataclass(frozen=True, slots=True)
class LogicalLine:
    """One line as Exim's sections see it: macros replaced, continuations joined, white space at both ends removed.

    `exim_file` and `exim_line` are what Exim names in "in line N of FILE" for a mistake in it: the last physical line
    that was read. `macro` is the name that the line defines when it is a macro definition, `section` the section that
    it is in (the word after `begin`, as written; empty in the main section and for the `begin` line of a section
    itself `begins` is true).
    """

    text: Text
    exim_file: str
    exim_line: int
    section: str = ""
    macro: str = ""
    begins: bool = False

    @property
    def place(self) -> Place:
        return self.text.place(0)


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro after the whole configuration was read.

    `definitions` are the lines that defined it, the last one being what counts; none for one from the command line
    (`command_line`) and for one that Exim itself predefines. `used` tells whether any line was changed by it.
    """

    name: str
    value: Text
    command_line: bool = False
    predefined: bool = False
    definitions: tuple[Text, ...] = ()
    used: bool = False


@dataclass(slots=True)
class Source:
    """A configuration read: everything in its order.

    `lines` include macro definitions and `begin` lines, because both end what stands before them; `problems` are in the
    order in which Exim would come across them.
    """

    name: str
    lines: list[LogicalLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    macros: dict[str, Macro] = field(default_factory=dict)
    files: list[SourceFile] = field(default_factory=list)


def problem(message: str, text: Text, span: Span, line: LogicalLine | None, *, fatal: bool = True) -> Problem:
    """A Problem at the place where Exim says `line` is; without a line Exim names none."""
    if line is None:
        return Problem(message, text, span, fatal=fatal)
    return Problem(message, text, span, line.exim_file, line.exim_line, fatal)
