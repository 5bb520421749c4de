"""Where the lines typed at the prompt are kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from prompt_toolkit.history import FileHistory, History, InMemoryHistory


def history_file(environment: Mapping[str, str] = os.environ) -> Path:
    """The file below the user's state folder (XDG_STATE_HOME)."""
    state = environment.get("XDG_STATE_HOME")
    folder = Path(state) if state else Path(environment.get("HOME") or os.path.expanduser("~"), ".local", "state")
    return folder / "exim-lang" / "repl-history"


def open_history(path: Path) -> History:
    """The history in a file that only its owner can read; one in memory where no such file can be had."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError:
        return InMemoryHistory()
    return FileHistory(path)
