"""lmdb: Lightning Memory-Mapped Database files (specification 9.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exim_lang.errors import EximLangError
from exim_lang.search.registry import SearchDeferred, SearchOpenError, lookup_type

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


def _open(scope: Scope, file: bytes) -> Any:
    """The environment, opened for reading only and without a lock file."""
    shown = file.decode("latin-1")
    try:
        path = scope.world.local_path(file)
    except OSError as error:
        raise SearchOpenError(f"LMDB: Unable to open environment with {shown}: {error.strerror}") from error
    try:
        import lmdb  # the package is optional, and slow to load
    except ImportError as error:
        raise EximLangError("lmdb lookups need the Python package lmdb") from error
    try:
        return lmdb.open(path, subdir=False, readonly=True, lock=False, create=False)
    except lmdb.Error as error:
        raise SearchOpenError(f"LMDB: Unable to open environment with {shown}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    return str(error).rpartition(": ")[2]


@lookup_type("lmdb", kind="single-key", open=_open)
def lmdb(scope: Scope, handle: Any, key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """The data of a key."""
    import lmdb as library

    try:
        with handle.begin() as transaction:
            value = transaction.get(bytes(key))
    except library.Error as error:
        raise SearchDeferred(f"LMDB: lookup error: {_reason(error)}") from error
    return None if value is None else bytes(value)
