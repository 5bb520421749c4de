"""Files as a configuration sees them: read only, regular files only, below a root when there is one.

With a root every absolute path is looked up below it, and symbolic links are followed as if the root were `/`: a copy
of a server's /etc is read as that server would. Errors are the OSError of the real call with the path that was given.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import BinaryIO, Final

from exim_lang.errors import EximLangError

FILE_LIMIT: Final = 256 * 1024 * 1024
_MOST_LINKS: Final = 40


def _error(number: int, path: bytes) -> OSError:
    return OSError(number, os.strerror(number), os.fsdecode(path))


def open_failed(what: str, error: OSError) -> str:
    """The message of Exim's string_open_failed(): `failed to open WHAT: Permission denied (euid=0 egid=0)`."""
    reason = os.strerror(error.errno) if error.errno else str(error)
    if error.errno == errno.EACCES:
        reason += f" (euid={os.geteuid()} egid={os.getegid()})"
    return f"failed to open {what}: {reason}"


class Files:
    """The file system below `root` (`""` is the whole one)."""

    def __init__(self, root: str = "") -> None:
        self.root = os.fsencode(os.path.realpath(root)) if root else b""

    def locate(self, path: bytes, *, follow: bool = True) -> bytes:
        """Where `path` really lies. Raises OSError (ENOENT, ENOTDIR, ELOOP) when a folder on the way does not exist.

        Raises EximLangError for a relative path: an Exim process has no current directory worth the name.
        """
        if not path.startswith(b"/"):
            raise EximLangError(f"relative path {os.fsdecode(path)!r} is refused: an absolute one is wanted")
        if b"\0" in path:
            raise _error(errno.ENOENT, path)
        if not self.root:
            return path
        return self._below_root(path, follow)

    def _below_root(self, path: bytes, follow: bool) -> bytes:
        todo = [part for part in path.split(b"/") if part not in (b"", b".")][::-1]
        done: list[bytes] = []
        links = 0
        while todo:
            part = todo.pop()
            if part == b"..":
                del done[-1:]
                continue
            here = b"/".join([self.root, *done, part])
            if todo or follow:
                try:
                    mode = os.lstat(here).st_mode
                except OSError as error:
                    if todo or error.errno != errno.ENOENT:
                        raise _error(error.errno or errno.EIO, path) from None
                    mode = 0
                if stat.S_ISLNK(mode):
                    links += 1
                    if links > _MOST_LINKS:
                        raise _error(errno.ELOOP, path)
                    target = os.readlink(here)
                    if target.startswith(b"/"):
                        done.clear()
                    todo += [piece for piece in target.split(b"/") if piece not in (b"", b".")][::-1]
                    continue
                if todo and not stat.S_ISDIR(mode):
                    raise _error(errno.ENOTDIR, path)
            done.append(part)
        return b"/".join([self.root, *done])

    def stat(self, path: bytes, *, follow: bool = True) -> os.stat_result:
        """What stat() (or lstat(), with `follow=False`) says of `path`."""
        there = self.locate(path, follow=follow)
        try:
            return os.stat(there) if follow else os.lstat(there)
        except OSError as error:
            raise _error(error.errno or errno.EIO, path) from None

    def open(self, path: bytes) -> BinaryIO:
        """Opens a regular file for reading; /dev/null counts as one.

        Raises OSError as open() does, and EximLangError for FIFOs, devices and sockets: reading those may block or do
        something.
        """
        there = self.locate(path)
        if path == b"/dev/null":
            there = os.fsencode(os.devnull)
        else:
            self._check_regular(self.stat(path).st_mode, path)
        try:
            descriptor = os.open(there, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        except OSError as error:
            raise _error(error.errno or errno.EIO, path) from None
        try:
            if path != b"/dev/null":
                self._check_regular(os.fstat(descriptor).st_mode, path)
            return os.fdopen(descriptor, "rb")
        except BaseException:
            os.close(descriptor)
            raise

    def _check_regular(self, mode: int, path: bytes) -> None:
        if stat.S_ISDIR(mode):
            raise _error(errno.EISDIR, path)
        if not stat.S_ISREG(mode):
            raise EximLangError(f"{os.fsdecode(path)} is not a regular file: it is not read")

    def read(self, path: bytes, limit: int = FILE_LIMIT) -> bytes:
        """The whole content of a regular file; raises EximLangError for more than `limit` bytes."""
        with self.open(path) as file:
            content = file.read(limit + 1)
        if len(content) > limit:
            raise EximLangError(f"{os.fsdecode(path)} is larger than {limit} bytes: it is not read")
        return content

    def write(self, path: bytes, content: bytes) -> None:
        """Writes a regular file, for its owner and group alone; raises OSError, and EximLangError for what is no such file."""
        there = self.locate(path)
        descriptor = os.open(there, os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC, 0o640)
        with os.fdopen(descriptor, "wb") as file:
            self._check_regular(os.fstat(file.fileno()).st_mode, path)
            file.truncate()
            file.write(content)

    def names(self, path: bytes) -> list[bytes]:
        """The names in a directory, without `.` and `..`, sorted."""
        try:
            return sorted(os.listdir(self.locate(path)))
        except OSError as error:
            raise _error(error.errno or errno.EIO, path) from None
