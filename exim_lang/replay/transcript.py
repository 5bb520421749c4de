"""Transcripts of SMTP sessions: what swaks prints, and lines marked `C:` and `S:`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

MARKS = re.compile(rb" (?:->|~>) ?|<(?:-|~|\*\*) |C: ?|S: ?|=== ")
_CLIENT = re.compile(rb"(?: (?:->|~>|\*\*>) ?|C: ?)(.*)")
_CONNECTED = re.compile(rb"=== (?:Trying|Connected to) ")
_GREETING = re.compile(rb"(?:<[-~]  ?|S: ?)220[ -]")
_PEER = re.compile(rb"(?:# *|=== )[Cc]lient (\S+)")


def transcript_pieces(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Offset and length of each session. One ends where the next connects, or where a server greets after QUIT."""
    start = offset = 0
    spoken = said_quit = waiting = False
    for line in file:
        connected = bool(_CONNECTED.match(line))
        if spoken and (connected or (said_quit and _GREETING.match(line)) or _PEER.match(line)):
            yield start, offset - start
            start, spoken, said_quit = offset, False, False
        offset += len(line)
        client = _CLIENT.match(line)
        if client is not None:
            spoken = True
            words = client[1].strip().upper()
            if words in (b"DATA", b"."):
                waiting = words == b"DATA"
            said_quit = words == b"QUIT" and not waiting
    if spoken:
        yield start, offset - start


def client_lines(text: bytes) -> tuple[str, list[bytes]]:
    """The client's address, where a line `=== client ADDRESS` says it, and what it sent, without line ends."""
    peer, lines = "", []
    for line in text.splitlines():
        match = _CLIENT.match(line)
        if match is not None:
            lines.append(match[1])
        elif (known := _PEER.match(line)) is not None:
            peer = known[1].decode("latin-1")
    return peer, lines
