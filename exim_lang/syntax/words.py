"""Names at the beginning of lines, as Exim reads them in every section (specification chapter 6)."""

from __future__ import annotations

import re
from typing import NamedTuple

from exim_lang.source.text import SPACE, Span

LONGEST_NAME = 63

_NAME = re.compile(f"[{SPACE}]*((?:[A-Za-z][A-Za-z0-9_]*)?)[{SPACE}]*")


class Word(NamedTuple):
    """A name as Exim reads one: `span` without, `end` with the white space behind it."""

    name: str
    span: Span
    end: int


def read_name(string: str, start: int = 0) -> Word:
    """The name at `start`, behind white space; empty where there is none."""
    match = _NAME.match(string, start)
    assert match is not None, "the pattern matches the empty string"
    return Word(match[1], Span(*match.span(1)), match.end())


def name_too_long_error(name: str) -> str:
    """The message for a name that is longer than Exim takes, where it does not just cut it."""
    return f'exim item name too long (>64), unable to use "{name[:LONGEST_NAME]}" (truncated)'
