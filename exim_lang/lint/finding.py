"""What a rule finds: a sentence about some characters of the configuration, how it came to it, and what to write instead."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from exim_lang.records import dataclass
from exim_lang.source.text import Placed, SourceFile, Span, Text


class Severity(StrEnum):
    """How bad a finding is.

    CRITICAL: security, or loss of mail. ERROR: refused, or broken when it runs. WARNING: probably wrong. INFO: worth a look.
    STYLE: taste; off unless asked for.
    """

    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    STYLE = "style"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return list(Severity).index(self)


FixKind = Literal["yes", "partial", "no"]
"""Whether a rule can mend what it finds: by itself, after a look by a person, or not."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the characters from `start` to `end` (offsets in the content) of a file."""

    file: SourceFile
    start: int
    end: int
    replacement: str


@dataclass(frozen=True, slots=True)
class Fix:
    """What to change; `safe` when the meaning becomes what was certainly meant, so that `--fix` may do it unasked."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Note(Placed):
    """Another place that belongs to a finding, and what it has to do with it."""

    message: str
    text: Text
    span: Span


@dataclass(frozen=True, slots=True)
class Finding(Placed):
    """A sentence about the characters `span` of `text`.

    `help` says what to write instead. `flow` is the way of a value, source first, of findings about where values go;
    `notes` are other places. `witness` is a scenario file (YAML) whose run shows that the finding is true, or empty.
    """

    message: str
    text: Text
    span: Span
    help: str = ""
    fix: Fix | None = None
    flow: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = ()
    witness: str = ""
