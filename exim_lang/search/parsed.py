"""Opening a lookup file that is read and understood as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from exim_lang.search.registry import SearchOpenError
from exim_lang.world.files import open_failed

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


def open_parsed(scope: Scope, file: bytes, purpose: str, parse: Callable[[bytes], Any], folder: str = "") -> Any:
    """What `parse` makes of the file's content; raises SearchOpenError: "failed to open FILE for PURPOSE: ...".

    `folder` is what is said behind the name of one instead, where a lookup type has words of its own for that.
    """
    shown = file.decode("latin-1")
    try:
        if not file.startswith(b"/"):
            raise FileNotFoundError(2, "")  # a relative path: Exim looks in its spool directory
        return scope.world.parsed_file(file, parse)
    except OSError as error:
        own_words = folder and isinstance(error, IsADirectoryError)
        message = f"{shown} {folder}" if own_words else open_failed(f"{shown} for {purpose}", error)
        raise SearchOpenError(message) from error
