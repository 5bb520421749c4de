"""Mailbox files: messages one after the other, each behind a line that begins with `From ` (RFC 4155)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

BLOCK = 1 << 20
_SEPARATOR = re.compile(rb"\n\r?\n(?=From )")
_LONGEST = len(b"\n\r\nFrom ")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


def mbox_pieces(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Offset and length of each message, its `From ` line included; only one block of the file is in memory."""
    start = offset = 0
    kept = b""
    while block := file.read(BLOCK):
        text = kept + block
        base = offset - len(kept)
        for match in _SEPARATOR.finditer(text):
            begin = base + match.end()
            if begin > start:
                yield start, begin - start
                start = begin
        offset += len(block)
        kept = text[-(_LONGEST - 1) :]
    if offset > start:
        yield start, offset - start


def from_line_and_message(text: bytes) -> tuple[bytes, bytes]:
    """The sender in the `From ` line, empty without one; and the message, with lines that were quoted (`>From `) restored."""
    if not text.startswith(b"From "):
        return b"", text
    line, _, message = text.partition(b"\n")
    words = line.split()
    message = message.removesuffix(b"\n").removesuffix(b"\r") if message.endswith((b"\n\n", b"\n\r\n")) else message
    return (words[1] if len(words) > 1 else b""), _QUOTED.sub(rb"\1", message) if b"\n>" in message else message
