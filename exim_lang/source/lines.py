"""What reading a configuration gives: logical lines, macros, problems, files."""

from __future__ import annotations

from collections.abc import Mapping

from exim_lang.errors import Problem
from exim_lang.records import dataclass, field
from exim_lang.source.text import Place, SourceFile, Span, Text


@dataclass(frozen=True, slots=True)
class LogicalLine:
    """One line as Exim's sections see it: macros replaced, continuations joined, white space at both ends removed.

    Two are equal when they say the same. `exim_file` and `exim_line` are what Exim names in "in line N of FILE" for a
    mistake in it: the last physical line that was read. `section` is the section that the line is in (the word behind
    `begin` as written, empty in the main section); a `begin` line itself (`begins`) has the new one. `macro`
    is the name that the line defines when it is a macro definition.
    """

    text: Text
    exim_file: str = field(default="", compare=False)
    exim_line: int = field(default=0, compare=False)
    section: str = field(default="", compare=False)
    macro: str = ""
    begins: bool = False

    @property
    def place(self) -> Place:
        return self.text.place(0)


class OnLine:
    """Something that stands at `span` of the text of a logical `line`; frozen classes inherit the place."""

    __slots__ = ()

    line: LogicalLine
    span: Span

    @property
    def place(self) -> Place:
        """Where it begins."""
        return self.line.text.place(self.span.start)


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
    macros: Mapping[str, Macro] = field(default_factory=dict)
    own_macros: list[Macro] = field(default_factory=list)
    """Those of the configuration and of the command line alone."""
    files: list[SourceFile] = field(default_factory=list)
    directives: list[Text] = field(default_factory=list)
    """Physical lines that begin with a dot: conditionals, also those that do not count, and what counts of inclusions."""
    order: dict[tuple[str, int], int] = field(default_factory=dict, repr=False)
    """How many physical lines were read when one, as file and number, was read first."""
    texts: dict[int, int] = field(default_factory=dict, repr=False)
    """The same for the texts of lines and problems, by their identity: a file may be included twice."""

    def position(self, problem: Problem) -> int:
        """How far Exim has read when it comes across `problem`: a key to sort by."""
        if id(problem.text) in self.texts:
            return self.texts[id(problem.text)]
        if problem.exim_line:
            return self.order.get((problem.exim_file, problem.exim_line), 0)
        place = problem.place
        return self.order.get((place.file, place.line), 0)
