"""Physical lines that continue the one before."""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.model.config import Config, Driver
from exim_lang.records import dataclass
from exim_lang.source.text import Text


@dataclass(frozen=True, slots=True)
class Continued:
    """A physical line without its newline, the one `before` it that ends with a backslash, and where both belong."""

    text: Text
    before: Text
    section: str
    owner: Driver | None


def continued_lines(config: Config) -> Iterator[Continued]:
    """All lines that continue another one, comments between them left out."""
    drivers = {id(setting.line): driver for driver in _drivers(config) for setting in driver.settings.values()}
    for line in config.lines:
        first = line.text.piece_at(0)
        last = line.text.piece_at(max(0, len(line.text) - 1))
        begin, end = line.text.place(0), line.text.place(max(0, len(line.text) - 1))
        if begin.line == end.line or first.file is not last.file:
            continue
        before = None
        for number in range(begin.line, end.line + 1):
            string = first.file.line(number)
            if string.lstrip().startswith("#"):
                continue
            start = first.file.line_starts[number - 1]
            text = Text.of(first.file, start, start + len(string.rstrip()))
            if before is not None:
                yield Continued(text, before, _section(line.section), drivers.get(id(line)))
            before = text


def _drivers(config: Config) -> tuple[Driver, ...]:
    return (*config.routers, *config.transports, *config.authenticators)


def _section(word: str) -> str:
    names = ("acl", "authenticators", "local_scan", "retry", "rewrite", "routers", "transports")
    return next((name for name in names if word and name.startswith(word.lower())), "")
