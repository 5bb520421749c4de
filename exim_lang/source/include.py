"""`.include` and `.include_if_exists` (specification chapter 6.3), and opening configuration files."""

from __future__ import annotations

import os
import re

from exim_lang.errors import UsageError
from exim_lang.records import dataclass
from exim_lang.source.text import SourceFile, Text

DEEPEST = 100
MOST = 10_000
"""How far inclusions may be nested, and how many there may be; Exim goes on until it has no more file descriptors."""

LARGEST_FILE = 256 * 1024 * 1024

_INCLUDE = re.compile(r"\.include(_if_exists)?[ \t\n\v\f\r]")


@dataclass(frozen=True, slots=True)
class Include:
    """An include directive: the file's name as written, without quotes."""

    name: Text
    if_exists: bool


def parse_include(line: Text, *, newline: bool) -> Include | None:
    """The directive in a physical line without white space in front; None when it is none.

    White space must follow the word; the `newline` at the end of the line, which only the last line of a file may lack, is
    enough of it.
    """
    match = _INCLUDE.match(line.string + "\n" if newline else line.string)
    if match is None:
        return None
    name = line.slice(match.end(), len(line)).strip()
    if len(name) > 1 and name.string.startswith('"') and name.string.endswith('"'):
        name = name.slice(1, len(name) - 1)
    return Include(name, match[1] is not None)


def locate(name: str, root: str) -> str:
    """Where the absolute path `name` of a configuration is looked up: below `root`.

    Raises PermissionError for a symbolic link that leads out of it.
    """
    if not root:
        return name
    path = os.path.join(root, os.path.normpath("/" + name).lstrip("/"))
    if os.path.commonpath([os.path.realpath(root), os.path.realpath(path)]) != os.path.realpath(root):
        raise PermissionError(f"{path} leads out of {root}")
    return path


def open_file(path: str, name: str) -> SourceFile:
    """Reads the file at `path` (latin-1), to be known as `name`; raises OSError, and UsageError for one too large."""
    with open(path, "rb") as stream:
        content = stream.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise UsageError(f"{name} is larger than {LARGEST_FILE} bytes")
    return SourceFile(name, content.decode("latin-1"))


def read_main_file(path: str) -> SourceFile:
    """Reads the configuration file named by the caller; raises UsageError for what cannot be read."""
    try:
        if os.path.isdir(path):
            raise UsageError(f"{path} is a directory, not a configuration file")
        return open_file(path, path)
    except OSError as error:
        raise UsageError(f"failed to open configuration file {path}: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{path!r} is not the name of a file: {error}") from error

