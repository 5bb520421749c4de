"""Files whose lines are list items (specification section 10.3)."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from exim_lang.lists.trouble import fatal, log
from exim_lang.syntax.list_items import SPACES, Kind
from exim_lang.taint import is_tainted

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

LONGEST_LINE: Final = 1023
"""Exim reads lines in pieces of this many bytes, and takes each piece for a line."""

_COMMENT: Final = re.compile(rb"(?:^|(?<=[ \t\n\v\f\r]))#.*", re.DOTALL)


def lines_of(scope: Scope, path: bytes, kind: Kind, what: str) -> list[bytes]:
    """The items of a file: its lines without comments and white space around them, empty ones left out.

    In address and local part lists `#` starts a comment only behind white space. `what` is the file in Exim's message.
    Raises what `fatal` gives when the file cannot be read.
    """
    try:
        if is_tainted(path):
            log(scope, f"Tainted filename '{path.decode('latin-1')}'", panic=True)
            raise PermissionError(13, os.strerror(13))
        content = scope.world.read_file(path)
    except IsADirectoryError:
        return []  # opening one works, reading it does not
    except OSError as error:
        raise fatal(scope, f"failed to open {what}: {error.strerror}") from error
    lines = []
    for whole in content.splitlines(keepends=True):
        for at in range(0, len(whole), LONGEST_LINE):
            line = whole[at : at + LONGEST_LINE]
            line = _COMMENT.sub(b"", line) if kind in ("address", "localpart") else line.partition(b"#")[0]
            line = line.strip(SPACES)
            if line:
                lines.append(line)
    return lines
