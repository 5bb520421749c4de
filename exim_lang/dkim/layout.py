"""How Exim lays out a DKIM-Signature: header line: what stands on which line, to the byte."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

WIDTH: Final = 78
"""Columns of a line; a tab in front counts as one."""


class Lines:
    """A header line that grows by pieces; lines end with CRLF, the next one starts with a tab."""

    def __init__(self, start: str) -> None:
        self.text = start
        self.column = len(start)

    def add(self, text: str) -> None:
        """Adds what is not broken, on a new line where it does not fit."""
        if self.column + len(text) > WIDTH:
            self._new_line()
        self._put(text)

    def tag(self, name: str, value: str) -> None:
        """Adds `; name=value`; the semicolon stays behind the last tag, and a value that is longer than a line is broken."""
        self.add(";")
        whole = f"{name}={value}"
        if len(whole) + 1 < WIDTH:
            self.add_spaced(whole)
            return
        self.add_spaced("")
        self.add(f"{name}=")
        while value:
            room = WIDTH - self.column
            self._put(value[:room])
            value = value[room:]
            if value:
                self._new_line()

    def add_spaced(self, text: str) -> None:
        """Adds a space and the text, or the text alone at the start of a new line."""
        if self.column + 1 + len(text) > WIDTH:
            self._new_line()
        else:
            self._put(" ")
        self._put(text)

    def _put(self, text: str) -> None:
        self.text += text
        self.column += len(text)

    def _new_line(self) -> None:
        self.text += "\r\n\t"
        self.column = 1


def signature_line(tags: Sequence[tuple[str, str]], names: Sequence[str], signature: str) -> str:
    """The whole header line without the CRLF at its end.

    `tags` are those from `a` to `bh` and beyond, in their order; `names` stand in the tag `h`, in front of `bh`.
    """
    given = dict(tags)
    lines = Lines(f"DKIM-Signature: v=1; a={given['a']}; q=dns/txt")
    for name, value in tags:
        if name == "bh":
            lines.tag("h", names[0] if names else "")
            for header in names[1:]:
                lines.add(":")
                lines.add(header)
        if name != "a":
            lines.tag(name, value)
    lines.tag("b", signature)
    lines.add(";")
    return lines.text
