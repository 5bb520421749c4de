"""A problem with its place, the line it stands in and a caret beneath it.

    /etc/exim4/exim4.conf:12:1: main option "zork" unknown
      zork = 3
      ^^^^

Text of configurations is latin-1, one character a byte; it is shown as UTF-8 where it is that, with escapes for what is not.
"""

from __future__ import annotations

import os
import unicodedata
from typing import TextIO

from exim_lang.errors import Problem
from exim_lang.source.text import Span, Text

WIDEST = 160
"""Longer lines are shown around the place that matters only."""

_BOLD, _RED, _DIM, _PLAIN = "\033[1m", "\033[31m", "\033[2m", "\033[0m"


def wants_colour(stream: TextIO) -> bool:
    """Whether colours may be written to a stream: a terminal, and NO_COLOR is not set."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and stream.isatty()


def visible(string: str) -> str:
    """Configuration text for people: UTF-8 read as such, other bytes and control characters as escapes."""
    try:
        string = string.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        string = "".join(char if char < "\x80" else f"\\x{ord(char):02x}" for char in string)
    except UnicodeEncodeError:
        pass
    return "".join(char if char.isprintable() else _escape(char) for char in string)


def _escape(char: str) -> str:
    simple = {"\n": "\\n", "\t": " ", "\r": "\\r"}
    return simple.get(char) or (f"\\x{ord(char):02x}" if ord(char) < 0x100 else f"\\u{ord(char):04x}")


def frame(problem: Problem, *, colour: bool = False, label: str = "") -> str:
    """The problem as lines of text, without a newline at the end; `label` is put behind the message in brackets."""
    return frame_at(problem.message, problem.text, problem.span, colour=colour, label=label)


def frame_at(message: str, text: Text, span: Span, *, colour: bool = False, label: str = "") -> str:
    """A message about the characters `span` of `text`, with the physical line they stand in."""
    bold, red, dim, plain = (_BOLD, _RED, _DIM, _PLAIN) if colour else ("", "", "", "")
    place = text.place(span.start)
    head = f"{bold}{visible(place.file)}:{place.line}:{place.column}:{plain} {visible(message)}"
    if label:
        head += f" {dim}[{label}]{plain}"
    lines = [head]
    source = text.piece_at(min(span.start, max(0, len(text.string) - 1))).file.line(place.line)
    start = place.column - 1
    end = _end_in_line(text, span, place.line, len(source))
    lines += [f"  {part}" for part in _marked(source, start, max(end, start + 1), red, plain)]
    for macro in reversed(place.macros):
        lines.append(f"  {dim}in the value of the macro {macro}{plain}")
    return "\n".join(lines)


def _end_in_line(text: Text, span: Span, line: int, length: int) -> int:
    """The column (from 0) behind the last character of the span that stands in the same physical line."""
    if span.end <= span.start:
        return 0
    last = text.place(span.end - 1)
    if text.piece_at(span.end - 1).fixed and last.macros:
        # the text that a macro was replaced by stands for the macro's name
        return last.column - 1 + len(last.macros[0]) if last.line == line else length
    return last.column if last.line == line else length


def _marked(source: str, start: int, end: int, red: str, plain: str) -> tuple[str, str]:
    """The line and the carets under it, cut to what can be read."""
    left = 0
    before, after = "", ""
    if len(source) > WIDEST:
        left = max(0, min(start - WIDEST // 3, len(source) - WIDEST))
        before = "..." if left else ""
        after = "..." if left + WIDEST < len(source) else ""
        source = source[left : left + WIDEST]
        start, end = start - left, min(end - left, WIDEST)
    margin = before + visible(source[:start])
    marked = visible(source[start:end])
    carets = "^" * max(1, _width(marked.rstrip()))
    shown = margin + marked + visible(source[end:]) + after
    return shown.rstrip(), f"{' ' * _width(margin)}{red}{carets}{plain}"


def _width(string: str) -> int:
    """How many columns a terminal gives to a string."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in string if char > "\u1100")
    narrow = sum(unicodedata.combining(char) > 0 for char in string if char > "\u02ff")
    return len(string) + wide - narrow
