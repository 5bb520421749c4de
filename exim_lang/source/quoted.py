"""Values in double quotes (specification chapter 6.17)."""

from __future__ import annotations

import re

from exim_lang.errors import ConfigError
from exim_lang.source.text import SPACE, Piece, Span, Text

_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{0,2})|(.)|$)", re.DOTALL)
_END = re.compile(r'(?:[^"\\]|\\(?:.|$))*', re.DOTALL)
_WHITE = re.compile(f"[{SPACE}]")
_CONTROLS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def unquote(value: Text, name: str) -> Text:
    """The value of the option or list `name` without its quotes and escapes; one that is not quoted stays as it is.

    Raises ConfigError, in Exim's words, for a missing quote and for anything behind the closing one.
    """
    if not value.string.startswith('"'):
        return value
    result, end = dequote(value)
    if end == 1 or value.string[end - 1] != '"':
        raise ConfigError(f"missing quote at end of string value for {name}", Span(0, len(value)), value)
    if end < len(value.string):
        rest = Span(end, len(value))
        if value.string[end:].strip(SPACE):
            raise ConfigError(f"extra characters follow string value for {name}", rest, value)
    return result


def dequote(text: Text, start: int = 0) -> tuple[Text, int]:
    """The word at `start`, or what is in the quotes that begin there, and the offset behind it.

    An unquoted word ends at white space; backslashes mean something in quotes only. A quote that is never closed ends
    with the text. Each character keeps its origin, that of an escape being its backslash.
    """
    string = text.string
    if not string.startswith('"', start):
        white = _WHITE.search(string, start)
        end = white.start() if white else len(string)
        return text.slice(start, end), end
    inside = _END.match(string, start + 1)
    end = inside.end() if inside else start + 1
    return _without_escapes(text.slice(start + 1, end)), min(end + 1, len(string))


def _without_escapes(text: Text) -> Text:
    string = text.string
    parts = []
    done = 0
    for match in _ESCAPE.finditer(string):
        octal, hexadecimal, other = match.groups()
        if octal is not None:
            character = chr(int(octal, 8) & 0xFF)
        elif hexadecimal is not None:
            character = chr(int(hexadecimal or "0", 16))
        else:
            character = _CONTROLS.get(other, other) if other is not None else "\\"
        parts.append(text.slice(done, match.start()))
        done = match.end()
        if character == "\0":  # ends the string for Exim
            done = len(string)
            break
        piece = text.piece_at(match.start())
        offset = piece.offset if piece.fixed else piece.offset + match.start() - piece.start
        parts.append(Text(character, (Piece(0, piece.file, offset, True, piece.macros),)))
    if not parts:
        return text
    parts.append(text.slice(done, len(string)))
    return Text.join(parts)
