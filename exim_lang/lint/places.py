"""Ranges of texts as ranges of files, for programs that read what was found."""

from __future__ import annotations

import os
from typing import NamedTuple

from exim_lang.source.text import Span, Text


class Region(NamedTuple):
    """Lines and columns, from 1, in a file; `end_column` is that behind the last character."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


def region(text: Text, span: Span) -> Region:
    """Where a range of a text stands; where macros or continuations tear it apart, as much as is in order behind its begin."""
    begin = text.place(span.start)
    name = len(begin.macros[0]) if begin.macros else 1
    end = (begin.line, begin.column + name)
    if span.end > span.start:
        last = text.place(span.end - 1)
        if last.file == begin.file and (last.line, last.column + 1) > end:
            end = (last.line, last.column + 1)
    return Region(begin.file, begin.line, begin.column, *end)


def shown_path(file: str) -> str:
    """A file's name below the present folder as a relative one with slashes, any other as it is."""
    relative = os.path.relpath(file) if os.path.isabs(file) else file
    return file if relative.startswith("..") else relative.replace(os.sep, "/")
