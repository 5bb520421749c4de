"""readsock: a query sent to a socket, and what comes back (readsocket as a lookup, since 4.94)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from exim_lang.search.registry import SearchDeferred, SearchOpenError, lookup_type

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


def _open(scope: Scope, place: bytes) -> bytes:
    """A path, or `inet:HOST:PORT`."""
    if not place.startswith((b"/", b"inet:")):
        raise SearchOpenError("missing '/' or 'inet:' in readsocket spec")
    return place


@lookup_type("readsock", kind="single-key", open=_open)
def readsock(scope: Scope, handle: bytes, key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """What the other end answers."""
    words = dict(option.partition(b"=")[::2] for option in options)
    seconds = words.get(b"timeout", b"5").rstrip(b"s")
    try:
        return scope.world.read_socket(
            handle,
            bytes(key),
            timeout=float(seconds) if seconds.isdigit() else 5.0,
            shutdown=words.get(b"shutdown", b"yes") != b"no",
            tls=words.get(b"tls", b"no") == b"yes",
            server_name=words.get(b"sni", b""),
        )
    except TimeoutError as error:
        raise SearchDeferred("Timed out while reading from socket") from error
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise SearchDeferred(f"failed to connect to socket {handle.decode('latin-1')}: {reason}") from error
