"""What Exim says of a line that it cannot read (specification chapter 6)."""

from __future__ import annotations

import re
from collections.abc import Container

from exim_lang.source.text import Span

_LIST = re.compile("(?:hide[ \t\n\v\f\r]+)?(domain|host|address|localpart)list")
_LIST_NAME = re.compile("(?:_cache)?[ \t\n\v\f\r]+([A-Za-z0-9_]*)")


def main_line_error(string: str, taken: Container[tuple[str, str]]) -> tuple[str, Span]:
    """The message for a line of the main section that is neither a setting nor a named list.

    `taken` holds kind and name of the lists that there are already: that is what Exim looks at first.
    """
    word = _LIST.match(string)
    if word is not None:
        name = _LIST_NAME.match(string, word.end())
        if name is None:
            return "unrecognized configuration line", Span(0, len(string))
        if (word[1], name[1]) in taken:
            return list_taken_error(word[1], name[1]), Span(name.start(1), name.end(1))
        return f"missing '=' after \"{name[1]}\"", Span(name.start(1), len(string))
    return no_setting_error(string), Span(0, len(string))


def list_taken_error(kind: str, name: str) -> str:
    """The message for the second named list of a kind with the same name."""
    return f'duplicate name "{name}" for a named {"local part" if kind == "localpart" else kind} list'


def no_setting_error(string: str) -> str:
    """The message for a line that does not begin with a name."""
    return f"option setting expected: {string}"
