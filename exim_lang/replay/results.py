"""The file of results: JSON lines in the order of the corpus, and beside it what they are results of.

A run that was interrupted, however hard, leaves whole lines and perhaps a torn one at the end. Going on cuts that off,
counts the lines, and compares their names with the corpus.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from exim_lang.errors import UsageError
from exim_lang.replay.spec import Json
from exim_lang.replay.summary import Summary

STATE = ".state"
"""The name of the file that says what a file of results belongs to ends with this."""


class Results:
    """A file that results are added to; nobody else may while this is open. `summary` is that of the results in it."""

    def __init__(self, path: str, identity: Json, *, resume: bool) -> None:
        self.path, self.summary = path, Summary()
        self.clock: float = identity["clock"]
        there = os.path.exists(path) and os.path.getsize(path) > 0
        if there and not resume:
            raise UsageError(f"{path} is there already: --resume goes on with it")
        try:
            self.file: BinaryIO = open(path, "r+b" if os.path.exists(path) else "x+b")  # noqa: SIM115  (closed by close)
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}") from error
        try:
            self._lock()
            if there or (resume and os.path.exists(path + STATE)):
                self._check(identity)
            else:
                self._write_state(identity)
        except UsageError:
            self.file.close()
            raise

    def _lock(self) -> None:
        import fcntl

        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError(f"{self.path}: another run is writing it") from error

    def _write_state(self, identity: Json) -> None:
        new = self.path + STATE + ".new"
        try:
            with open(new, "wb") as file:
                file.write(msgspec.json.encode(identity) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, self.path + STATE)
        except OSError as error:
            raise UsageError(f"{new}: {error.strerror}") from error

    def _check(self, identity: Json) -> None:
        """Whether the results there are of the same corpus and configuration; takes the time of their messages over."""
        try:
            with open(self.path + STATE, "rb") as file:
                known: Json = msgspec.json.decode(file.read())
        except (OSError, ValueError) as error:
            raise UsageError(f"{self.path}{STATE} does not say what the results are of: {error}") from error
        self.clock = known.pop("clock", 0.0)
        wanted = msgspec.json.decode(msgspec.json.encode({name: value for name, value in identity.items() if name != "clock"}))
        different = sorted(name for name in wanted.keys() | known.keys() if wanted.get(name) != known.get(name))
        if different:
            raise UsageError(f"{self.path} cannot be gone on with: other {', '.join(different)} than when it was begun")

    def done(self) -> Iterator[str]:
        """The names of the items that are in it, each counted; then it is ready for more."""
        whole = 0
        for line in self.file:
            try:
                result: Json = msgspec.json.decode(line) if line.endswith(b"\n") else {}
            except ValueError:
                result = {}
            if not result:
                break  # a torn line is the last
            if result.get("number") != self.summary.messages:
                raise UsageError(f"{self.path}:{self.summary.messages + 1}: this is not result {self.summary.messages}")
            self.summary.add(result)
            whole += len(line)
            yield result["name"]
        self.file.seek(whole)
        self.file.truncate()

    def write(self, lines: bytes) -> None:
        """Adds results, in one piece as far as the system allows."""
        self.file.write(lines)
        self.file.flush()

    def close(self) -> None:
        """What was written is on the disk when this returns."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
