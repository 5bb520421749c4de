"""What a corpus holds: a maildir, a folder of .eml files, a mailbox file, recorded sessions, transcripts.

A corpus is a stream of items in an order that is always the same. An item only says where its text is, so that any number of
them can wait: whoever plays it reads it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias, get_args

from exim_lang.errors import UsageError
from exim_lang.replay.mbox import mbox_pieces
from exim_lang.replay.transcript import MARKS, transcript_pieces

Kind: TypeAlias = Literal["maildir", "eml", "mbox", "sessions", "transcript"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LOOK_AT = 65536
"""Bytes of a file that tell what it is."""


class Item(NamedTuple):
    """One message, or one session: `length` bytes at `offset` of a file; -1: all of it. `name` is how results call it."""

    kind: Kind
    name: str
    path: str
    offset: int = 0
    length: int = -1

    @property
    def size(self) -> int:
        """What it counts for in the progress: bytes of a file that holds many, else one."""
        return 1 if self.length < 0 else self.length


class Corpus:
    """The items below a path. `total` is the sum of their sizes, `unit` what is counted: "messages" or "B"."""

    def __init__(self, path: str, kind: Kind) -> None:
        self.path = path
        self.kind: Kind = kind
        self._names: list[str] = []
        if kind == "maildir":
            self._names = _maildir(path)
        elif kind == "eml":
            self._names = _folder(path) if os.path.isdir(path) else [""]
        self.unit = "messages" if kind in ("maildir", "eml") else "B"
        self.total = len(self._names) if self.unit == "messages" else os.path.getsize(path)

    def __iter__(self) -> Iterator[Item]:
        """The items in their order; raises UsageError when the file cannot be read any further."""
        if self.unit == "messages":
            for name in self._names:
                path = os.path.join(self.path, name) if name else self.path
                yield Item(self.kind, readable(name or os.path.basename(path)), path)
            return
        pieces = {"mbox": mbox_pieces, "transcript": transcript_pieces}.get(self.kind, _lines)
        try:
            with open(self.path, "rb") as file:
                for number, (offset, length) in enumerate(pieces(file), 1):
                    yield Item(self.kind, str(number), self.path, offset, length)
        except OSError as error:
            raise UsageError(f"{self.path}: {error.strerror}") from error


def open_corpus(path: str, kind: str = "") -> Corpus:
    """The corpus at a path; its kind is found out unless it is given. Raises UsageError for what cannot be read or is none."""
    try:
        chosen = kind or _kind_of(path)
        for known in KINDS:
            if known == chosen:
                if known != "eml" and os.path.isdir(path) != (known == "maildir"):
                    raise UsageError(f"{path} is no {known}: {'a folder' if os.path.isdir(path) else 'a file'}")
                if os.path.isfile(path):
                    open(path, "rb").close()  # what cannot be read is said now
                return Corpus(path, known)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    raise UsageError(f"there is no kind of corpus {kind!r}; known are {', '.join(KINDS)}")


def read_item(item: Item) -> bytes:
    """The bytes of an item; raises OSError."""
    with open(item.path, "rb") as file:
        file.seek(item.offset)
        return file.read(item.length)


def readable(name: str) -> str:
    """The name of a file as UTF-8 can have it."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _kind_of(path: str) -> Kind:
    if os.path.isdir(path):
        if any(os.path.isdir(os.path.join(path, part)) for part in ("cur", "new")):
            return "maildir"
        if not _folder(path) and os.listdir(path):
            raise UsageError(f"{path} is no corpus: neither a maildir (cur, new) nor a folder with .eml files")
        return "eml"
    with open(path, "rb") as file:
        start = file.read(LOOK_AT)
    if path.endswith(".eml"):
        return "eml"
    if start.startswith(b"From ") or not start.strip():
        return "mbox"
    if re.match(rb"(?:\s|#.*\n)*\{", start):
        return "sessions"
    if any(MARKS.match(line) for line in start.splitlines()):
        return "transcript"
    if re.match(rb"[!-9;-~]+[ \t]*:", start):
        return "eml"
    raise UsageError(f"{path} is no corpus: neither a mailbox, a message, recorded sessions (JSON lines) nor a transcript")


def _maildir(path: str) -> list[str]:
    """The messages of a maildir and of its folders (`.Name`), by their names below it."""
    names = []
    for folder in ["", *sorted(name for name in os.listdir(path) if name.startswith("."))]:
        for part in ("cur", "new"):
            place = os.path.join(path, folder, part)
            if os.path.isdir(place):
                found = (entry.name for entry in os.scandir(place) if not entry.name.startswith("."))
                names += [os.path.join(folder, part, name) for name in sorted(found)]
    return names


def _folder(path: str) -> list[str]:
    """The .eml files in a folder and below it."""
    names: list[str] = []
    for place, folders, files in os.walk(path):
        folders.sort()
        below = os.path.relpath(place, path)
        names += [os.path.normpath(os.path.join(below, name)) for name in sorted(files) if name.lower().endswith(".eml")]
    return names


def _lines(file: Iterator[bytes]) -> Iterator[tuple[int, int]]:
    """Where the lines are that are not blank and no comment (`#`)."""
    offset = 0
    for line in file:
        if line.strip() and not line.lstrip().startswith(b"#"):
            yield offset, len(line)
        offset += len(line)
