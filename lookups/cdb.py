"""cdb: constant databases (specification 9.3; the format is published at cr.yp.to/cdb/cdb.txt)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from exim_lang.search.registry import SearchDeferred, SearchOpenError, lookup_type
from exim_lang.world.files import open_failed

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

_HEADER: Final = 2048
_pair: Final = struct.Struct("<II").unpack_from


def _open(scope: Scope, file: bytes) -> bytes:
    """The whole file."""
    shown = file.decode("latin-1")
    try:
        if not file.startswith(b"/"):
            raise FileNotFoundError(2, "")  # a relative path: Exim looks in its spool directory
        content = scope.world.parsed_file(file, bytes)
    except IsADirectoryError as error:
        raise SearchOpenError(open_failed(f"cannot read header from {shown} for cdb lookup", error)) from error
    except OSError as error:
        raise SearchOpenError(open_failed(f"{shown} for cdb lookup", error)) from error
    if len(content) < _HEADER:
        raise SearchOpenError(f"failed to open {shown} too short for cdb lookup: Success")
    return content


def cdb_hash(key: bytes) -> int:
    """The hash that places a key."""
    value = 5381
    for start in range(0, len(key), 16):
        for byte in key[start : start + 16]:
            value = value * 33 ^ byte
        value &= 0xFFFFFFFF  # what is above never gets back into these bits
    return value


@lookup_type("cdb", kind="single-key", open=_open)
def cdb(scope: Scope, handle: bytes, key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """The data of the first record with that key."""
    name = bytes(key)
    value = cdb_hash(name)
    try:
        table, slots = _pair(handle, (value & 0xFF) * 8)
        for step in range(slots):
            found, at = _pair(handle, table + ((value >> 8) + step) % slots * 8)
            if not at:
                return None
            if found != value:
                continue
            key_length, data_length = _pair(handle, at)
            start = at + 8
            end = start + key_length + data_length
            if end > len(handle):
                raise SearchDeferred("cdb: corrupt database: data out of range")
            if handle[start : start + key_length] == name:
                return handle[start + key_length : end]
    except struct.error as error:
        raise SearchDeferred("cdb: corrupt database: offset out of range") from error
    return None
