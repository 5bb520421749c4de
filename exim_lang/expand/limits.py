"""How long a value may become in operators that make their value longer: put into one another, they fill any memory."""

from __future__ import annotations

from typing import Final

from exim_lang.errors import ExpansionError

LONGEST: Final = 16 * 1024 * 1024
"""Bytes. Exim has no limit but its memory."""


def bounded(value: bytes) -> bytes:
    """`value`. Raises ExpansionError where it is too long to go on."""
    if len(value) > LONGEST:
        raise ExpansionError(f"a value of {len(value)} bytes is too long")
    return value
