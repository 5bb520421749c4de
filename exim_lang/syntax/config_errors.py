"""What Exim says of a line that it cannot read (specification chapter 6)."""

from __future__ import annotations

import re

from exim_lang.source.text import SPACE, Span

LONGEST_NAME = 63
_LIST = re.compile("(?:hide[ \t\n\v\f\r]+)?(?:domain|host|address|localpart)list")
_WORD = re.compile("(?:[A-Za-z][A-Za-z0-9_]*)?")
_LIST_NAME = re.compile("(?:_cache)?[ \t\n\v\f\r]+([A-Za-z0-9_]*)")


def word_at(string: str) -> str:
    """The name that a line begins with; empty when it begins with something else."""
    match = _WORD.match(string)
    assert match is not None, "the pattern matches the empty string"
    return match.group()


def main_line_error(string: str) -> tuple[str, Span]:
    """The message for a line of the main section that is neither a setting nor a named list."""
    word = _LIST.match(string)
    if word is not None:
        name = _LIST_NAME.match(string, word.end())
        if name is None:
            return "unrecognized configuration line", Span(0, len(string))
        return f"missing '=' after \"{name[1]}\"", Span(name.start(1), len(string))
    return f"option setting expected: {string}", Span(0, len(string))


def driver_line_error(string: str, kind: str, name: str, in_driver: bool) -> tuple[str, Span]:
    """The message for a line of a section of drivers that neither starts a driver nor sets an option.

    `kind` is "router" or the like, `name` the word that the line begins with, `in_driver` tells whether a driver is open.
    """
    after = string[len(name) :].lstrip(SPACE)
    if after.startswith(":"):
        at = string.index(":") + 1
        return f"extra characters follow driver name {name}", Span(at, len(string))
    if not in_driver:
        return f"{kind} name missing", Span(0, len(string))
    return f"option setting expected: {string}", Span(0, len(string))
