"""What can go wrong, as one tree.

    EximLangError
    ├── ConfigError          Exim would refuse the configuration
    ├── ExpansionError       a string cannot be expanded; the message is Exim's own
    │   ├── ForcedFailure    ... because the string itself says `fail`
    │   └── Deferred         ... because a lookup, a DNS query or a list match could not be completed: try again later
    ├── ProcessDied          Exim logs this and its process ends
    ├── ClosedWorld          the configuration asked for something outside that nobody answered or allowed
    └── UsageError           the caller's mistake: unreadable file, bad argument; exit status 2

Messages are `str` with one character a byte (latin-1), because Exim's messages quote values that are bytes.
An error knows the offsets of the piece it is about (`span`) in the string that was being worked on (`text`); whoever
knows the text fills it in with `at`, and `place` tells file, line and column.
"""

from __future__ import annotations

from typing import Self

from exim_lang.records import dataclass
from exim_lang.source.text import Place, Placed, Span, Text


class EximLangError(Exception):
    """A sentence, and the characters it is about."""

    def __init__(self, message: str, span: Span | None = None, text: Text | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.text = text

    def at(self, text: Text, span: Span | None = None) -> Self:
        """Says which text the span belongs to, unless that is known already."""
        if self.text is None:
            self.text = text
            self.span = self.span or span
        return self

    @property
    def place(self) -> Place | None:
        """File, line and column of the first character concerned; None while nobody knows."""
        if self.text is None:
            return None
        return self.text.place(self.span.start if self.span else 0)

    def __str__(self) -> str:
        return self.message


class ConfigError(EximLangError):
    """Exim would not start with this configuration."""


class ExpansionError(EximLangError):
    """A string cannot be expanded. `message` is what Exim puts into `expand_string_message`."""


class ForcedFailure(ExpansionError):
    """A string asked for its own failure with `fail`; several options take that as "ignore this option"."""


class Deferred(ExpansionError):
    """A lookup or a list could not be decided now; a permanent answer would be wrong."""


class ProcessDied(EximLangError):
    """Exim writes the message to its main and panic logs and its process ends; the client of a server is told nothing good."""


class ClosedWorld(EximLangError):
    """Something outside was asked for and neither answered by a fixture nor allowed.

    `call` names the access (`redis "get x"`), `stub` is what to paste into a fixture file.
    """

    def __init__(self, message: str, call: str = "", stub: str = "") -> None:
        super().__init__(message)
        self.call = call
        self.stub = stub


class UsageError(EximLangError):
    """A file that cannot be read, an argument that makes no sense: exit status 2."""


@dataclass(frozen=True, slots=True)
class Problem(Placed):
    """One thing found wrong while reading: data, not control flow, so that all are reported in one run.

    `exim` is the message as Exim words it; `exim_file` and `exim_line` are where Exim says it is (it counts the last line
    read); without a line, `about` is the driver that Exim names ("r1 router"), or empty. `fatal` is False for what Exim
    only warns of.
    """

    message: str
    text: Text
    span: Span
    exim_file: str = ""
    exim_line: int = 0
    fatal: bool = True
    about: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"
