"""`${xtextd:`: the encoding of RFC 3461 undone (since Exim 4.98, NewStuff)."""

from __future__ import annotations

from exim_lang.expand.registry import operator


@operator("xtextd")
def xtextd(value: bytes) -> bytes:
    return value
