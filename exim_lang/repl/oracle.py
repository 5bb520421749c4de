"""Asking a real Exim about the same string, when the user says which one.

This is the only part that starts a program without asking the world: the command `:oracle PATH` is the permission. The real
Exim is not harmless: it runs what `${run...}` says and asks the live DNS.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from exim_lang.errors import UsageError
from exim_lang.records import dataclass

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.source.text import Text

PATIENCE = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Oracle:
    """One Exim, found and executable."""

    path: str

    @classmethod
    def find(cls, word: str) -> Oracle:
        """The program at a path, or of a name; raises UsageError."""
        path = shutil.which(os.path.expanduser(word))
        if path is None:
            raise UsageError(f"{word}: there is no such program")
        return cls(path)

    def ask(self, text: Text, scope: Scope, config: str, message: str) -> bytes:
        """What `exim -be` prints for a string whose macros are replaced, without the last newline.

        The client, the sender, the configuration file and the message file (empty: none) are told with Exim's flags, other
        variables cannot be. Raises UsageError where it cannot be asked.
        """
        words = [self.path, "-bem", os.path.abspath(message)] if message else [self.path, "-be"]
        if config:
            words += ["-C", os.path.abspath(config)]
        words += [*flags(scope), "--", os.fsdecode(text.encode())]
        try:
            done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False)
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            raise UsageError(f"{self.path} cannot be asked: {error}") from error
        if not done.stdout:
            said = done.stderr.decode("utf-8", "backslashreplace").strip()
            raise UsageError(f"{self.path} does not answer: {said or f'exit status {done.returncode}'}")
        return done.stdout.removesuffix(b"\n")


def flags(scope: Scope) -> list[str]:
    """The flags that tell Exim of the client and the sender."""
    connection, found = scope.connection, []
    if connection.host_address:
        port = f".{connection.host_port}" if connection.host_port else ""
        found += ["-oMa", os.fsdecode(connection.host_address) + port]
    if connection.host_name:
        found += ["-oMs", os.fsdecode(connection.host_name)]
    if connection.interface_address:
        port = f".{connection.interface_port}" if connection.interface_port > 0 else ""
        found += ["-oMi", os.fsdecode(connection.interface_address) + port]
    if connection.received_protocol:
        found += ["-oMr", os.fsdecode(connection.received_protocol)]
    if scope.message.sender is not None and connection.host_address:
        found += ["-f", f"<{os.fsdecode(scope.message.sender)}>"]
    return found
