"""Results and errors as lines for a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from exim_lang.errors import ClosedWorld, EximLangError, Problem
from exim_lang.records import dataclass, field
from exim_lang.report.frame import frame, frame_at, visible, wants_colour
from exim_lang.source.text import Span
from exim_lang.taint import Tainted, is_tainted

if TYPE_CHECKING:
    from exim_lang.repl.workbench import Answer, Workbench

DIM, RED, PLAIN = "\033[2m", "\033[31m", "\033[0m"


def showable(value: bytes) -> str:
    """A value for people: UTF-8, what cannot be printed as escapes, newlines and tabs as they are."""
    text = value.decode("utf-8", "backslashreplace")
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in "\n\t" else ascii(char)[1:-1] for char in text)


def taint_of(value: bytes) -> str:
    """Whether a value is tainted, and for whom it is quoted."""
    if not is_tainted(value):
        return "untainted"
    quoter = value.quoter if isinstance(value, Tainted) else ""
    return f"tainted, quoted for {quoter}" if quoter else "tainted"


@dataclass(frozen=True, slots=True)
class Painter:
    """Writes with or without colours; by default as the standard output and NO_COLOR want it."""

    colour: bool = field(default_factory=lambda: wants_colour(sys.stdout))

    def dim(self, text: str) -> str:
        return f"{DIM}{text}{PLAIN}" if self.colour else text

    def red(self, text: str) -> str:
        return f"{RED}{text}{PLAIN}" if self.colour else text

    def frame(self, problem: Problem) -> str:
        return frame(problem, colour=self.colour)

    def error(self, answer: Answer) -> Iterator[str]:
        """The error with its line and a caret, and what would answer a closed world."""
        if answer.error is None:
            return
        yield frame_at(answer.error.message, answer.text, answer.span, colour=self.colour)
        if isinstance(answer.error, ClosedWorld) and answer.error.stub:
            yield f"  for a fixture file (--fixtures FILE): {answer.error.stub}"
            yield f"  or to do it really: :allow {answer.error.call.partition(' ')[0]}"

    def complaint(self, error: EximLangError) -> Iterator[str]:
        """An error of a command."""
        if error.text is None:
            yield self.red(visible(error.message))
        else:
            yield frame_at(error.message, error.text, error.span or Span(0, len(error.text)), colour=self.colour)

    def answer(self, bench: Workbench, answer: Answer) -> Iterator[str]:
        """All that is shown for one input."""
        if answer.trace is not None:
            if bench.tracing == "json":
                yield json.dumps(answer.trace.as_dict())
            else:
                yield from answer.trace.lines()
        if answer.note:
            yield answer.note
        if answer.value is not None and bench.tracing != "json":
            yield showable(answer.value)
        yield from self.error(answer)
        if bench.shows_taint and answer.value is not None:
            yield self.dim(f"({taint_of(answer.value)})")
        for log, line in answer.log:
            yield self.dim(f"{log} log: {showable(line.encode('latin-1', 'replace'))}")

    def difference(self, oracle: str, ours: bytes, theirs: bytes) -> Iterator[str]:
        """Nothing when both say the same."""
        if ours != theirs:
            yield self.red("the oracle says something else:")
            width = max(len(oracle), len("here"))
            yield f'  {"here":{width}}  "{showable(ours)}"'
            yield f'  {oracle:{width}}  "{showable(theirs)}"'
