"""Files that a configuration would have written: they exist for as long as the simulation needs them, and nowhere else."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_SLASHES: Final = re.compile(rb"//+")


class Scratch:
    """Files by their absolute path. The directories on the way to them exist as well."""

    def __init__(self) -> None:
        self._files: dict[bytes, tuple[int, bytes]] = {}
        self._written = 0

    def __contains__(self, path: object) -> bool:
        return isinstance(path, bytes) and _key(path) in self._files

    def __bool__(self) -> bool:
        return bool(self._files)

    def write(self, path: bytes, content: bytes) -> None:
        """Makes the file, or makes it anew."""
        self._written += 1
        self._files[_key(path)] = (self._written, bytes(content))

    def read(self, path: bytes) -> bytes:
        """The content of a file; raises KeyError."""
        return self._files[_key(path)][1]

    def remove(self, path: bytes) -> None:
        """Removes a file, or all files in a directory."""
        below = _key(path).rstrip(b"/") + b"/"
        for name in [name for name in self._files if name == _key(path) or name.startswith(below)]:
            del self._files[name]

    def names(self, path: bytes) -> list[bytes]:
        """The names in a directory, sorted; none for what is no directory."""
        below = _key(path).rstrip(b"/") + b"/"
        return sorted({name[len(below) :].partition(b"/")[0] for name in self._files if name.startswith(below)})

    def stat(self, path: bytes) -> os.stat_result | None:
        """What stat() would say; None for what is not here. Each writing makes another inode."""
        known = self._files.get(_key(path))
        if known is not None:
            return os.stat_result((stat.S_IFREG | 0o640, known[0], 0, 1, 0, 0, len(known[1]), 0, 0, 0))
        if self.names(path):
            return os.stat_result((stat.S_IFDIR | 0o750, 0, 0, 2, 0, 0, 0, 0, 0, 0))
        return None

    @contextmanager
    def lent(self, folder: bytes) -> Iterator[bytes]:
        """While this lasts, the files of a folder really exist, in a temporary one that everybody may read, whose name this is.

        A real scanner that was allowed is told names of files.
        """
        import tempfile  # only where a real scanner is asked

        with tempfile.TemporaryDirectory(prefix="exim-lang-scan-") as place:
            os.chmod(place, 0o755)
            for name in self.names(folder):
                file = os.path.join(os.fsencode(place), name)
                with open(file, "wb") as copy:
                    copy.write(self.read(folder + b"/" + name))
                os.chmod(file, 0o644)
            yield os.fsencode(place)


def _key(path: bytes) -> bytes:
    return _SLASHES.sub(b"/", path)
