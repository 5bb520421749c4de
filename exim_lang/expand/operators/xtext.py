"""`${xtextd:`: the encoding of RFC 3461 undone (since Exim 4.98)."""

from __future__ import annotations

import re
from typing import Final

from exim_lang.errors import ExpansionError
from exim_lang.expand.registry import operator

_ENCODED: Final = re.compile(rb"(?:[!-*,-<>-~]|\+[0-9A-Fa-f]{2})*")
_BYTE: Final = re.compile(rb"\+([0-9A-Fa-f]{2})")


@operator("xtextd")
def xtextd(value: bytes) -> bytes:
    """`+XX` becomes the byte of that number; what is no xtext, which Exim does not look at, is an error here."""
    if not _ENCODED.fullmatch(value):
        raise ExpansionError(f'string "{value.decode("latin-1")}" is not well-formed for "xtextd" operator')
    return _BYTE.sub(lambda found: bytes.fromhex(found[1].decode("ascii")), value)
