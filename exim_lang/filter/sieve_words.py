"""Words of a Sieve filter: identifiers, strings, lists, numbers (RFC 5228 section 2; the filter document, chapter 2)."""

from __future__ import annotations

import re

from exim_lang.errors import EximLangError

_IDENTIFIER = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")
_MULTILINE = re.compile(rb"text:[ \t]*(?:#[^\n]*)?\n", re.IGNORECASE)
_NUMBER = re.compile(rb"([0-9]+)([KMG]?)", re.IGNORECASE)
_HEXADECIMAL = re.compile(rb"\$\{hex:\s*((?:[0-9A-Fa-f]{1,2}\s*)*)\}", re.IGNORECASE)
_UNICODE = re.compile(rb"\$\{unicode:\s*((?:[0-9A-Fa-f]+\s*)*)\}", re.IGNORECASE)
LARGEST = 2**64 - 1


class SieveError(EximLangError):
    """A Sieve filter that is wrong; the message is Exim's, with the line."""


class SieveWords:
    """The text of a filter and how far it has been read."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.encoded = False
        """Whether `encoded-character` was required."""

    def fail(self, message: str) -> SieveError:
        """The error, here."""
        return SieveError(f"{message} in line {self.line}")

    def white(self) -> None:
        """White space and comments."""
        text = self.text
        while self.at < len(text):
            if text[self.at] in b" \t\r\n":
                self.line += text[self.at] == 0x0A
                self.at += 1
            elif text.startswith(b"#", self.at):
                end = text.find(b"\n", self.at)
                if end < 0:
                    raise self.fail("missing end of comment")
                self.at = end + 1
                self.line += 1
            elif text.startswith(b"/*", self.at):
                end = text.find(b"*/", self.at + 2)
                if end < 0:
                    raise self.fail("missing end of comment")
                self.at = end + 2
            else:
                return

    def ended(self) -> bool:
        """Whether nothing is left."""
        self.white()
        return self.at >= len(self.text)

    def identifier(self, name: str) -> bool:
        """Whether `name` (perhaps with a colon in front) is next; then it is read."""
        self.white()
        word = name.encode()
        tag = word.startswith(b":")
        start = self.at + tag
        if tag and not self.text.startswith(b":", self.at):
            return False
        match = _IDENTIFIER.match(self.text, start)
        if match is None or match[0].lower() != word.removeprefix(b":").lower():
            return False
        self.at = match.end()
        return True

    def mark(self, character: bytes) -> bool:
        """Whether the character is next; then it is read."""
        self.white()
        if not self.text.startswith(character, self.at):
            return False
        self.at += 1
        return True

    def semicolon(self) -> None:
        """The end of a command."""
        if not self.mark(b";"):
            raise self.fail("missing semicolon")

    def string(self) -> bytes | None:
        """A string in quotes or of several lines; None for something else."""
        self.white()
        if self.text.startswith(b'"', self.at):
            return self._decoded(self._quoted())
        match = _MULTILINE.match(self.text, self.at)
        if match is None:
            return None
        self.line += 1
        at = match.end()
        lines: list[bytes] = []
        while True:
            end = self.text.find(b"\n", at)
            if end < 0:
                raise self.fail("missing end of multi line string")
            self.line += 1
            line, at = self.text[at : end + 1], end + 1
            if line.rstrip(b"\r\n") == b".":
                self.at = at
                return self._decoded(b"".join(lines))
            lines.append(line[1:] if line.startswith(b"..") else line)

    def _quoted(self) -> bytes:
        out = bytearray()
        at = self.at + 1
        text = self.text
        while at < len(text) and text[at] != 0x22:
            if text[at] == 0x5C and at + 1 < len(text):
                at += 1
                if text[at] == 0x30:
                    out.append(0)  # Exim's own: a NUL
                    at += 1
                    continue
            self.line += text[at] == 0x0A
            out.append(text[at])
            at += 1
        if at >= len(text):
            raise self.fail("missing end of string")
        self.at = at + 1
        return bytes(out)

    def _decoded(self, value: bytes) -> bytes:
        """With `encoded-character`, `${hex:...}` and `${unicode:...}` are characters."""
        if not self.encoded:
            return value
        value = _HEXADECIMAL.sub(lambda match: bytes(int(pair, 16) for pair in match[1].split()), value)
        return _UNICODE.sub(lambda match: "".join(chr(int(one, 16)) for one in match[1].split()).encode(), value)

    def strings(self) -> list[bytes] | None:
        """A list in brackets, or one string; None for something else."""
        self.white()
        if not self.mark(b"["):
            one = self.string()
            return None if one is None else [one]
        found: list[bytes] = []
        if self.mark(b"]"):
            return found
        while True:
            one = self.string()
            if one is None:
                raise self.fail("missing string list")
            found.append(one)
            if self.mark(b"]"):
                return found
            if not self.mark(b","):
                raise self.fail("missing string list")

    def number(self) -> int:
        """A number, perhaps with K, M or G behind it."""
        self.white()
        match = _NUMBER.match(self.text, self.at)
        if match is None:
            raise self.fail("missing number")
        value = int(match[1])
        if value > LARGEST:
            raise self.fail("Numerical result out of range")
        self.at = match.end()
        return value << (10 * b" KMG".index(match[2].upper() or b" "))
