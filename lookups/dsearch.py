"""dsearch: a directory searched for an entry (specification 9.3)."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Final

from exim_lang.search.registry import SearchDeferred, SearchOpenError, lookup_type
from exim_lang.world.files import open_failed

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

_IN_SPOOL: Final = (b".", b"..", b"db", b"input", b"msglog", b"scan")


def _open(scope: Scope, directory: bytes) -> bytes:
    """Checks that the directory can be read; it stands for itself."""
    shown = directory.decode("latin-1")
    if not directory:
        raise SearchOpenError("failed to open  for directory search: No such file or directory")
    if not directory.startswith(b"/"):
        # Exim opens it first, from its spool directory, and looks at the name then.
        if directory.split(b"/")[0] in _IN_SPOOL:
            raise SearchOpenError(f"dirname '{shown}' for dsearch is not absolute")
        raise SearchOpenError(f"failed to open {shown} for directory search: No such file or directory")
    try:
        scope.world.list_directory(directory)
    except OSError as error:
        raise SearchOpenError(open_failed(f"{shown} for directory search", error)) from error
    return directory


@lookup_type("dsearch", kind="single-key", open=_open)
def dsearch(scope: Scope, handle: bytes, key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """The name of the entry, or with `ret=full` its path."""
    if b"/" in key and b"key=path" not in options:
        raise SearchDeferred(f"key for dsearch lookup contains a slash: {key.decode('latin-1')}")
    wanted = next((option[7:] for option in options[::-1] if option.startswith(b"filter=")), b"")
    path = handle + b"/" + bytes(key)
    try:
        mode = scope.world.stat(path, follow=False).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SearchDeferred(f"{path.decode('latin-1')}: lstat: {error.strerror}") from error
    match wanted:
        case b"file":
            found = stat.S_ISREG(mode)
        case b"dir":
            found = stat.S_ISDIR(mode)
        case b"subdir":
            found = stat.S_ISDIR(mode) and bytes(key) not in (b".", b"..")
        case _:
            found = True
    if not found:
        return None
    return path if b"ret=full" in options else bytes(key)
