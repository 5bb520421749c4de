"""Words and strings of an Exim filter, and the line that Exim says it is at (the filter document, sections 3.1 and 3.2)."""

from __future__ import annotations

import re

from exim_lang.errors import EximLangError

SPACES = b" \t\n\v\f\r"
LONGEST = 1024
_ESCAPE = re.compile(rb"\\(?:[0-7]{1,3}|x[0-9A-Fa-f]{0,2}|.)", re.DOTALL)
_LETTERS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


class FilterError(EximLangError):
    """A filter that cannot be read or obeyed; the message is Exim's."""


class Words:
    """A filter's text and how far it has been read; white space behind a word belongs to it, as for Exim."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.at = 0
        self.line = 1

    def skip(self) -> None:
        """White space and comments."""
        text = self.text
        while self.at < len(text):
            code = text[self.at]
            if code in SPACES:
                self.line += code == 0x0A
                self.at += 1
            elif code == 0x23:
                end = text.find(b"\n", self.at)
                self.at = len(text) if end < 0 else end
            else:
                return

    def peek(self) -> bytes:
        """The next character, nothing at the end."""
        return self.text[self.at : self.at + 1]

    def word(self, *, brackets: bool = False) -> bytes:
        """Everything up to white space; with `brackets` also up to a parenthesis."""
        start = self.at
        stop = SPACES + b"()" if brackets else SPACES
        while self.at < len(self.text) and self.text[self.at] not in stop:
            self.at += 1
        found = self.text[start : self.at]
        if len(found) >= LONGEST:
            raise FilterError(f"word is too long in line {self.line} of filter file (max = {LONGEST} chars)")
        self.skip()
        return found

    def item(self, *, brackets: bool = False) -> bytes:
        """A word, or a string in double quotes without them."""
        if self.peek() != b'"':
            return self.word(brackets=brackets)
        text = self.text
        out = bytearray()
        self.at += 1
        while self.at < len(text) and text[self.at] not in b'"\n':
            if text[self.at] != 0x5C:
                out.append(text[self.at])
                self.at += 1
                continue
            if not self._continued():
                self._escape(out)
        if self.peek() != b'"':
            raise FilterError(f"quote missing at end of string in line {self.line}")
        if len(out) >= LONGEST:
            raise FilterError(f"string is too long in line {self.line} of filter file (max = {LONGEST} chars)")
        self.at += 1
        self.skip()
        return bytes(out)

    def _continued(self) -> bool:
        """Whether the string goes on in the next line: a backslash and white space end this one."""
        match = re.compile(rb"\\[ \t\v\f\r]*\n[ \t\v\f\r]*").match(self.text, self.at)
        if match is None:
            return False
        self.line += 1
        self.at = match.end()
        return True

    def _escape(self, out: bytearray) -> None:
        match = _ESCAPE.match(self.text, self.at)
        if match is None:
            out.append(0x5C)
            self.at += 1
            return
        body = match[0][1:]
        if body[:1] in b"01234567":
            out.append(int(body, 8) & 0xFF)
        elif body[:1] == b"x":
            out.append(int(body[1:] or b"0", 16))
        else:
            out += _LETTERS.get(body, body)
        self.at = match.end()

    def octal(self) -> int | None:
        """A mode that stands there: a word that begins with a digit."""
        if not self.peek().isdigit():
            return None
        digits = re.match(rb"[0-7]*", self.word())
        return int(digits[0] or b"0", 8) if digits is not None else 0
