"""Words of a line: up to white space, or in quotes (specification chapter 31.4)."""

from __future__ import annotations

from exim_lang.model.values import SPACE, replaced, unescape
from exim_lang.source.text import Text


def after_space(string: str, at: int) -> int:
    """The offset of the next character that is not white space."""
    while at < len(string) and string[at] in SPACE:
        at += 1
    return at


def read_word(text: Text, at: int) -> tuple[Text, int]:
    """The word that begins at `at`, and the offset behind it; a missing quote at the end is taken as there."""
    string = text.string
    start = at
    if not string.startswith('"', at):
        while at < len(string) and string[at] not in SPACE:
            at += 1
        return text.slice(start, at), at
    at = start = start + 1
    pieces: list[Text] = []
    while at < len(string) and string[at] != '"':
        if string[at] == "\\" and at + 1 < len(string):
            pieces.append(text.slice(start, at))
            character, end = unescape(string, at)
            pieces.append(replaced(text, at, character))
            at = start = end
        else:
            at += 1
    pieces.append(text.slice(start, at))
    return Text.join(pieces), min(at + 1, len(string))
