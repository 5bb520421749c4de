"""`${readfile{name}{eol}}` (specification section 11.5)."""

from __future__ import annotations

import errno

from exim_lang.errors import ExpansionError
from exim_lang.expand.registry import item
from exim_lang.expand.scope import Scope
from exim_lang.taint import is_tainted, join
from exim_lang.world.files import open_failed


def refuse_tainted(scope: Scope, path: bytes) -> bool:
    """Whether a file of that name may not be opened because the name came from outside; Exim logs that."""
    if not path or not is_tainted(path):
        return False
    scope.log.append(("panic", f"Tainted filename '{path.decode('latin-1')}'"))
    return True


@item("readfile", 1, 2, scope=True)
def readfile(scope: Scope, name: bytes, end_of_line: bytes = b"\n") -> bytes:
    """The content of a file, with another string for its newlines."""
    shown = name.decode("latin-1")
    if refuse_tainted(scope, name):
        raise ExpansionError(open_failed(shown, PermissionError(errno.EACCES, "")))
    try:
        content = scope.world.read_file(bytes(name))
    except IsADirectoryError:
        content = b""
    except OSError as error:
        raise ExpansionError(open_failed(shown, error)) from error
    pieces = content.split(b"\n")
    return join(pieces, end_of_line) if type(end_of_line) is bytes else type(end_of_line)(end_of_line.join(pieces))
