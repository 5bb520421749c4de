"""dbm, dbmjz, dbmnz: Berkeley DB files (specification 9.3).

The files that `exim_dbmbuild` makes are hashes, other programs make B-trees: both are read whole, page by page. Their
format is that of Berkeley DB 3 to 18.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from exim_lang.expand.string_list import split_list
from exim_lang.search.registry import SearchOpenError, lookup_type
from exim_lang.taint import Tainted
from exim_lang.world.files import open_failed

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

_HASH: Final = 0x061561
_BTREE: Final = 0x053162
_BTREE_LEAF: Final = 5
_OVERFLOW: Final = 7
_HASH_PAGES: Final = (2, 13)
_DELETED: Final = 0x80
_PAGE_HEADER: Final = 26
_TAINTING_VERSION: Final = (4, 99)


class NotBerkeleyError(ValueError):
    """A file that is not of the format."""


class _Page(NamedTuple):
    next: int
    entries: int
    free: int
    kind: int
    content: bytes


class _File:
    def __init__(self, content: bytes) -> None:
        self.content = content
        for order in "<>":
            (self.magic,) = struct.unpack_from(order + "I", content, 12) if len(content) >= 512 else (0,)
            if self.magic in (_HASH, _BTREE):
                self.order = order
                break
        else:
            raise NotBerkeleyError
        (self.size,) = struct.unpack_from(self.order + "I", content, 20)
        encrypted = content[24]
        if not 512 <= self.size <= 65536 or encrypted:
            raise NotBerkeleyError

    def page(self, number: int) -> _Page:
        raw = self.content[number * self.size : (number + 1) * self.size]
        if len(raw) < self.size:
            raise NotBerkeleyError
        following, entries, free, _level, kind = struct.unpack_from(self.order + "IHHBB", raw, 16)
        return _Page(following, entries, free, kind, raw)

    def overflow(self, number: int, length: int) -> bytes:
        """The item that goes on over a chain of pages."""
        pieces: list[bytes] = []
        seen = 0
        while number and seen < length:
            page = self.page(number)
            if page.kind != _OVERFLOW or not page.free:
                raise NotBerkeleyError
            pieces.append(page.content[_PAGE_HEADER : _PAGE_HEADER + page.free])
            seen += page.free
            number = page.next
        return b"".join(pieces)[:length]

    def records(self) -> dict[bytes, bytes]:
        """All keys and their first data."""
        found: dict[bytes, bytes] = {}
        for number in range(len(self.content) // self.size):
            page = self.page(number)
            if self.magic == _HASH and page.kind in _HASH_PAGES:
                items = self._hash_items(page)
            elif self.magic == _BTREE and page.kind == _BTREE_LEAF:
                items = self._leaf_items(page)
            else:
                continue
            for key, value in zip(items[::2], items[1::2], strict=True):
                if key is not None and value is not None:
                    found.setdefault(key, value)
        return found

    def _offsets(self, page: _Page) -> tuple[int, ...]:
        return struct.unpack_from(f"{self.order}{page.entries}H", page.content, _PAGE_HEADER)

    def _hash_items(self, page: _Page) -> list[bytes | None]:
        offsets = self._offsets(page)
        items: list[bytes | None] = []
        for index, offset in enumerate(offsets):
            end = offsets[index - 1] if index else self.size
            match page.content[offset]:
                case 1:  # key or data
                    items.append(page.content[offset + 1 : end])
                case 3:  # on other pages
                    start, length = struct.unpack_from(self.order + "II", page.content, offset + 4)
                    items.append(self.overflow(start, length))
                case 2:  # duplicates, each between its length and its length
                    (length,) = struct.unpack_from(self.order + "H", page.content, offset + 1)
                    items.append(page.content[offset + 3 : offset + 3 + length])
                case _:  # duplicates on other pages: Exim's own tools make none
                    items.append(None)
        return items

    def _leaf_items(self, page: _Page) -> list[bytes | None]:
        items: list[bytes | None] = []
        for offset in self._offsets(page):
            length, kind = struct.unpack_from(self.order + "HB", page.content, offset)
            if kind & _DELETED:
                items.append(None)
            elif kind == 1:
                items.append(page.content[offset + 3 : offset + 3 + length])
            elif kind == 3:
                start, whole = struct.unpack_from(self.order + "II", page.content, offset + 4)
                items.append(self.overflow(start, whole))
            else:
                items.append(None)
        return items


def read_records(content: bytes) -> dict[bytes, bytes]:
    """All records of a Berkeley DB file; raises NotBerkeleyError for another one."""
    if not content:
        return {}
    try:
        return _File(content).records()
    except (struct.error, IndexError, ValueError) as error:
        raise NotBerkeleyError from error


def _open(scope: Scope, file: bytes) -> dict[bytes, bytes]:
    shown = f"{file.decode('latin-1')} as a db (v4.1+) file"
    try:
        if not file.startswith(b"/"):
            raise FileNotFoundError(2, "")  # a relative path: Exim looks in its spool directory
        return scope.world.parsed_file(file, read_records)
    except OSError as error:
        raise SearchOpenError(open_failed(shown, error)) from error
    except NotBerkeleyError as error:
        # Exim says so, whatever is wrong: Berkeley DB's own message goes to the log.
        raise SearchOpenError(f"failed to open {shown}: No such file or directory") from error


def _text(scope: Scope, value: bytes | None) -> bytes | None:
    """The data up to a zero byte; Exim 4.99 alone takes it for something from outside (its bug 3169)."""
    if value is None:
        return None
    text = value.partition(b"\0")[0]
    return Tainted(text) if scope.config.dialect.version == _TAINTING_VERSION else text


@lookup_type("dbm", kind="single-key", open=_open)
def dbm(scope: Scope, handle: dict[bytes, bytes], key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """The data of a key that ends with a zero byte."""
    return _text(scope, handle.get(bytes(key) + b"\0"))


@lookup_type("dbmnz", kind="single-key", open=_open)
def dbmnz(scope: Scope, handle: dict[bytes, bytes], key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """The data of a key without a zero byte."""
    return _text(scope, handle.get(bytes(key)))


@lookup_type("dbmjz", kind="single-key", open=_open)
def dbmjz(scope: Scope, handle: dict[bytes, bytes], key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """The data of a key that is a list, whose items stand in the file joined by zero bytes."""
    return _text(scope, handle.get(b"\0".join(split_list(key))))
