"""spf: Sender Policy Framework for any address and any client (specification 58.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.expand.ip_address import ip_version
from exim_lang.expand.spf_check import check_spf
from exim_lang.search.registry import lookup_type

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


def _open(scope: Scope, file: bytes) -> bytes:
    """The address of the client stands where other types have a file."""
    return file


@lookup_type("spf", kind="single-key", open=_open)
def spf(scope: Scope, handle: bytes, key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """The result as a word; `(invalid)` when the sender's own record cannot be had, or cannot be read."""
    if not ip_version(handle):
        return None
    domain = bytes(key).rpartition(b"@")[2]
    outcome = check_spf(scope, handle, bytes(key), domain, libspf2=True)
    return b"(invalid)" if outcome.unreadable else outcome.result.encode()
