"""`${lc:` and `${uc:`: letters of ASCII only, whatever the locale (specification section 11.6)."""

from __future__ import annotations

from exim_lang.expand.registry import operator


@operator("lc")
def lc(value: bytes) -> bytes:
    return value.lower()


@operator("uc")
def uc(value: bytes) -> bytes:
    return value.upper()
