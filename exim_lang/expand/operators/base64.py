"""`${base64:` and its kin (specification section 11.6)."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from typing import Final

from exim_lang.errors import ExpansionError
from exim_lang.expand.certificate import Certificate
from exim_lang.expand.limits import bounded
from exim_lang.expand.registry import operator
from exim_lang.taint import like

_SPACES: Final = b" \t\n\v\f\r"
_BASE64: Final = re.compile(rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


@operator("base64", "str2b64", taint="own")
def base64(value: bytes) -> bytes:
    """The string, or the DER form of a certificate, in base64, in one line."""
    data = value.der if isinstance(value, Certificate) else value
    return like(bounded(b64encode(data)), value)


@operator("base64d", argument=True)
def base64d(value: bytes, argument: str | None) -> bytes:
    """The decoded string, up to its first zero byte: such a byte ends every string of Exim."""
    packed = value.translate(None, _SPACES)
    if not _BASE64.fullmatch(packed):
        shown = value.decode("latin-1")
        name = "base64d" if argument is None else f"base64d_{argument}"
        raise ExpansionError(f'string "{shown}" is not well-formed for "{name}" operator')
    return b64decode(packed).partition(b"\0")[0]


@operator("hex2b64")
def hex2b64(value: bytes) -> bytes:
    shown = value.decode("latin-1")
    if any(byte not in b"0123456789abcdefABCDEF" for byte in value):
        raise ExpansionError(f'"{shown}" is not a hex string')
    if len(value) % 2:
        raise ExpansionError(f'"{shown}" contains an odd number of characters')
    return b64encode(bytes.fromhex(shown))
