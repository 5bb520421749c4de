"""Comments that silence rules: `# exim-lang: ignore[rule, other-rule] why`, for the statement behind them.

A statement is a logical line; a statement of an ACL with all its conditions; a driver with all its options. A comment
`# exim-lang: ignore-file[rule] why` holds for its whole file. Comments that silence nothing are findings themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from exim_lang.model.config import Config
from exim_lang.records import dataclass
from exim_lang.source.text import SourceFile, Span, Text

_COMMENT = re.compile(r"^[ \t]*#[ \t]*exim-lang:[ \t]*(ignore(?:-file)?)\[([^\]\n]*)\]([^\n]*)$", re.MULTILINE)
_NOTHING = re.compile(r"[ \t\r]*(?:#.*)?")


@dataclass(eq=False)
class Suppression:
    """One comment: the rules it names, and the lines (first and last, from 1) of its file that it holds for."""

    file: SourceFile
    rules: tuple[str, ...]
    reason: str
    span: Span
    first: int
    last: int
    used: bool = False

    @property
    def text(self) -> Text:
        """The file's text, in which `span` is the comment."""
        return Text.of(self.file)

    def covers(self, rule: str, file: str, line: int) -> bool:
        """Whether a finding of a rule at a line is silenced."""
        return rule in self.rules and file == self.file.name and self.first <= line <= self.last


def suppressions_of(config: Config) -> list[Suppression]:
    """All such comments in the files of a configuration, in order."""
    found: list[Suppression] = []
    if not any("exim-lang:" in file.content for file in config.files):
        return found
    extents = _extents(config)
    for file in {file.name: file for file in config.files}.values():
        for comment in _COMMENT.finditer(file.content):
            rules = tuple(word.strip() for word in comment[2].split(",") if word.strip())
            line = file.line_and_column(comment.start())[0]
            if comment[1] == "ignore-file":
                first, last = 1, len(file.line_starts)
            else:
                first = _next_line(file, line)
                last = extents.get((file.name, first), first)
            start = comment.start() + len(comment[0]) - len(comment[0].lstrip())
            found.append(Suppression(file, rules, comment[3].strip(), Span(start, comment.end()), first, last))
    return found


def _next_line(file: SourceFile, line: int) -> int:
    """The first line behind `line` that is neither empty nor a comment."""
    for number in range(line + 1, len(file.line_starts) + 1):
        if not _NOTHING.fullmatch(file.line(number)):
            return number
    return line


def _extents(config: Config) -> dict[tuple[str, int], int]:
    """Where each statement begins, and the last line of it."""
    found: dict[tuple[str, int], int] = {}
    for texts in _statements(config):
        begin = texts[0].place(0)
        ends = [end.line for end in (text.place(len(text)) for text in texts) if end.file == begin.file]
        key = (begin.file, begin.line)
        found[key] = max(found.get(key, 0), *ends)
    return found


def _statements(config: Config) -> Iterator[list[Text]]:
    for line in config.lines:
        yield [line.text]
    for acl in config.acls.values():
        for statement in acl.statements:
            yield [statement.text, *(node.text for node in statement.conditions)]
    for driver in (*config.routers, *config.transports, *config.authenticators):
        yield [driver.line.text, *(setting.line.text for setting in driver.settings.values())]


class Suppressions:
    """The comments of a configuration, found fast by line."""

    def __init__(self, found: Iterable[Suppression]) -> None:
        self.all = list(found)
        self._by_file: dict[str, list[Suppression]] = {}
        for one in self.all:
            self._by_file.setdefault(one.file.name, []).append(one)

    def silence(self, rule: str, file: str, line: int) -> bool:
        """Whether a finding is silenced; every comment that does so counts as used."""
        silenced = False
        for one in self._by_file.get(file, ()):
            if one.covers(rule, file, line):
                one.used = silenced = True
        return silenced
