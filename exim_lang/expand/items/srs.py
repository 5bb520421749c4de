"""`${srs_encode{secret}{return path}{domain}}` (specification section 58.5)."""

from __future__ import annotations

from typing import Final

from exim_lang.errors import ExpansionError
from exim_lang.expand.addresses import AddressError, parse_address
from exim_lang.expand.registry import item
from exim_lang.expand.scope import Scope
from exim_lang.taint import join, like

_DIGITS: Final = b"abcdefghijklmnopqrstuvwxyz234567"


def srs_hash(secret: bytes, address: bytes) -> bytes:
    """The four digits that prove who wrote an SRS address."""
    import hmac  # few strings need it

    return hmac.new(secret, address.lower(), "md5").hexdigest()[:4].encode("ascii")


def srs_day(seconds: float) -> bytes:
    """The day, modulo 1024, as up to two base 32 digits."""
    day = int(seconds) // 86400 & 0x3FF
    high, low = divmod(day, 32)
    if not day:
        return b""
    return bytes([_DIGITS[high], _DIGITS[low]]) if high else bytes([_DIGITS[low]])


@item("srs_encode", 3, scope=True)
def srs_encode(scope: Scope, secret: bytes, return_path: bytes, domain: bytes) -> bytes:
    """The return path as a local part `SRS0=hash=day=domain=local_part` at `domain`; nothing for the null address."""
    if not return_path:
        return b""
    try:
        parsed = parse_address(return_path, allow_domain_literals=True)
    except AddressError as error:
        raise ExpansionError(error.message) from error
    local_part = bytes(parsed.local_part)
    quoted = local_part[:1] == b'"'
    if quoted:
        local_part = local_part.replace(b'"', b"")
    pieces = [
        b'"' if quoted else b"",
        b"SRS0=" + srs_hash(secret, return_path) + b"=" + srs_day(scope.world.now()) + b"=",
        like(bytes(parsed.domain) + b"=" + local_part, return_path),
        b'"@' if quoted else b"@",
        domain,
    ]
    return join(pieces)
