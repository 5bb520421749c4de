"""From the bytes of configuration files to logical lines, as Exim's own reader goes (specification chapter 6.2 to 6.10).

Reading goes on behind every mistake: all are collected, in Exim's words and with the line that Exim would name. Each
character of a logical line knows its file, line and column, through macros and inclusions.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from exim_lang.errors import Problem, UsageError
from exim_lang.records import dataclass
from exim_lang.source.conditional import ConditionalError, Conditionals
from exim_lang.source.debian import read_split, split_folder
from exim_lang.source.include import DEEPEST, MOST, Include, locate, open_file, parse_include, read_main_file
from exim_lang.source.late import Late
from exim_lang.source.lines import LogicalLine, Source
from exim_lang.source.macros import LineTooLong, MacroError, MacroTable
from exim_lang.source.text import SPACE, SourceFile, Span, Text

_BOM = "\xef\xbb\xbf"
_MACRO_LINE = re.compile("[A-Z][A-Za-z0-9_]*[ \t\n\v\f\r]*=")
_NO_MACROS_IN = ("retry", "retrys", "rewrite", "rewrites", "local_scan", "local_scans")


def read_config(
    path: str, *, macros: Mapping[str, str] | None = None, predefined: Mapping[str, str] | None = None, root: str = ""
) -> Source:
    """Reads the configuration file at `path` and everything that it includes.

    `macros` are those of the command line (-D), `predefined` Exim's own (`_HAVE_...`). With `root`, absolute names in
    `.include` lines are looked up below it. A folder may be given where it holds Debian's split configuration. Raises
    UsageError when the file itself cannot be read.
    """
    if folder := os.path.isdir(path) and split_folder(path):
        main, of_debian = read_split(folder)
        return _Reader(main, {**of_debian, **(macros or {})}, predefined or {}, "").read()
    return _Reader(read_main_file(path), macros or {}, {} if predefined is None else predefined, root).read()


def read_text(
    text: str,
    name: str = "<string>",
    *,
    macros: Mapping[str, str] | None = None,
    predefined: Mapping[str, str] | None = None,
    root: str = "",
) -> Source:
    """Reads a configuration given as latin-1 text, as `read_config` does the content of the file `name`."""
    return _Reader(SourceFile(name, text), macros or {}, {} if predefined is None else predefined, root).read()


@dataclass(slots=True)
class _Open:
    """A file being read: `at` is the offset behind the last line read, `line` its number."""

    file: SourceFile
    at: int = 0
    line: int = 0


class _Reader:
    def __init__(self, file: SourceFile, macros: Mapping[str, str], predefined: Mapping[str, str], root: str) -> None:
        self.source = Source(file.name)
        self.source.files.append(file)
        self.macros = MacroTable(predefined, macros)
        self.root = root
        self.conditionals = Conditionals()
        self.current = _Open(file)
        self.stack: list[_Open] = []
        self.section = ""
        self.number = 0
        """How many physical lines were read."""
        self.exhausted = False
        """Inclusions go in circles, or so it looks; there are no more of them."""

    def read(self) -> Source:
        while (text := self.logical_line()) is not None:
            self.take(text)
        self.source.macros = Late(lambda: {macro.name: macro for macro in self.macros})
        self.source.own_macros = self.macros.own()
        return self.source

    def take(self, text: Text) -> None:
        """Adds a logical line, after looking whether it is one that changes how the next ones are read."""
        string = text.string
        macro = ""
        begins = False
        if string[:6].lower() == "begin ":
            self.section = string[6:].strip(SPACE)
            begins = True
        elif self.is_macro_line(string):
            try:
                macro = self.macros.define(text)
            except MacroError as error:
                self.problem(error.message, text, error.span, placed=error.placed)
                return
        elif string.startswith(_BOM) and self.current.line == 1 and not self.section:
            self.problem("found unexpected BOM (Byte Order Mark)", text, Span(0, 3))
            text = text.slice(3, len(text)).strip()
            if text.string:
                self.take(text)
            return
        self.source.texts[id(text)] = self.number
        self.source.lines.append(
            LogicalLine(text, self.current.file.name, self.current.line, self.section, macro, begins)
        )

    def is_macro_line(self, string: str) -> bool:
        """Whether Exim takes a line for a macro definition, good or bad, in the present section."""
        if not "A" <= string[0] <= "Z":
            return False
        if not self.section:
            return True
        return self.section.lower() not in _NO_MACROS_IN and _MACRO_LINE.match(string) is not None

    def logical_line(self) -> Text | None:
        """The next line that is neither empty nor a comment nor a directive, with its continuations."""
        parts: list[Text] = []
        length = 0
        while True:
            line = self.physical_line(starts_line=length == 0)
            if line is None:
                break
            if length == 0:
                parts.clear()
            # white space in front of a backslash stays, unless nothing follows
            text = line
            parts.append(text)
            joined = len(text.string)
            length += joined
            if not joined:
                text = Text.join(parts)
                text = text.slice(0, len(text.string.rstrip(SPACE)))
                parts = [text]
                length = len(text.string)
            if length == 0:
                continue
            last = parts[-1].string
            if not last.endswith("\\"):
                break
            parts[-1] = parts[-1].slice(0, len(last) - 1)
            length -= 1
        return Text.join(parts) if length else None

    def physical_line(self, *, starts_line: bool) -> Text | None:
        """The next physical line that counts, macros replaced, without white space at both ends; None at the end."""
        while True:
            line = self.raw_line()
            if line is None:
                return None
            try:
                line, macro_found = self.macros.replace(line, starts_line=starts_line)
            except LineTooLong:
                self.problem("macros make this line too long", line, Span(0, len(line)))
                continue
            string = line.string.lstrip(SPACE)
            if string.startswith("#"):
                continue
            line = line.slice(len(line) - len(string), len(line))
            if string.startswith("."):
                self.source.directives.append(line)
                try:
                    if self.conditionals.directive(line, macro_found):
                        continue
                except ConditionalError as error:
                    self.problem(str(error), line, Span(0, len(line)))
                    continue
            if not self.conditionals.using:
                continue
            if string.startswith(".include"):
                newline = self.current.at <= len(self.current.file.content)
                include = parse_include(line, newline=newline)
                if include is not None:
                    self.include(include)
                    continue
            return line.strip()

    def raw_line(self) -> Text | None:
        """The next line of the current file, or of the one that included it; comments are left out early."""
        while True:
            current = self.current
            content = current.file.content
            if current.at >= len(content):
                if self.stack:
                    self.current = self.stack.pop()
                    continue
                self.end()
                return None
            start = current.at
            end = content.find("\n", start)
            end = len(content) if end == -1 else end
            current.at = end + 1
            current.line += 1
            self.number += 1
            self.source.order.setdefault((current.file.name, current.line), self.number)
            nul = content.find("\0", start, end)
            text = Text.of(current.file, start, end if nul == -1 else nul)
            if nul != -1:
                at = Text.of(current.file, nul, end)
                self.problem("NUL byte: the rest of the line does not count", at, Span(0, 1), fatal=False)
            return text

    def end(self) -> None:
        self.number += 1
        if self.conditionals.openings:
            opening = self.conditionals.openings[-1]
            self.problem(
                "Unexpected end of configuration file: .endif missing", opening, Span(0, len(opening))
            )
            self.conditionals = Conditionals()

    def include(self, include: Include) -> None:
        name = include.name.string
        span = Span(0, len(name))
        if not name.startswith("/"):
            if include.if_exists:
                self.problem(f'.include specifies a non-absolute path "{name}"', include.name, span)
                return
            name = f"{os.path.dirname(self.source.name) or '.'}/{name}"
        if self.exhausted:
            return
        file = None
        try:
            path = locate(name, self.root) if include.name.string.startswith("/") else name
            if include.if_exists and not os.path.exists(path):
                return
            if len(self.stack) < DEEPEST and len(self.source.files) < MOST:
                file = SourceFile(name, "") if os.path.isdir(path) else open_file(path, name)
            else:
                self.exhausted = True
        except (OSError, ValueError, UsageError):
            file = None
        if file is None:
            self.problem(f"failed to open included configuration file {name}", include.name, span)
            return
        self.source.files.append(file)
        self.stack.append(self.current)
        self.current = _Open(file)

    def problem(self, message: str, text: Text, span: Span, *, placed: bool = True, fatal: bool = True) -> None:
        file, line = (self.current.file.name, self.current.line) if placed else ("", 0)
        self.source.texts[id(text)] = self.number
        self.source.problems.append(Problem(message, text, span, file, line, fatal))
