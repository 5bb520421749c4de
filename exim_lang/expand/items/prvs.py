"""`${prvs` and `${prvscheck`: signed return paths for bounce address tag validation (specification 11.5 and 44.53)."""

from __future__ import annotations

from exim_lang.errors import ExpansionError
from exim_lang.expand.registry import item
from exim_lang.expand.scope import Scope
from exim_lang.expand.signed_address import check, checked, last_good_day, signature, signed
from exim_lang.taint import like


@item("prvs", 2, 3, scope=True)
def prvs(scope: Scope, address: bytes, secret: bytes, key_number: bytes = b"0") -> bytes:
    """The address with a signature in its local part that is good for a week."""
    if not 0 < address.rfind(b"@") < len(address) - 1:
        raise ExpansionError("prvs first argument must be a qualified email address")
    if not (len(key_number) == 1 and key_number.isdigit()):
        raise ExpansionError("prvs third argument must be a single digit")
    day = last_good_day(scope)
    code = signature(address, secret, key_number, day)
    if code is None:
        raise ExpansionError("prvs hmac-sha1 conversion failed")
    return like(b"prvs=" + key_number + day + code + b"=" + address, address)


@item("prvscheck", 2, 3, scope=True)
def prvscheck(scope: Scope, address: bytes, secret: bytes, result: bytes = b"") -> bytes:
    """The address without its signature, or `result`; nothing for an address that is not signed.

    The compiler expands its strings one after the other: `$prvscheck_address` and `$prvscheck_keynum` are set for the last
    two, for the third also `$prvscheck_result`, which remains and is `1` for a good signature.
    """
    parts = signed(scope, address)
    if parts is None:
        return b""
    check(scope, parts, secret)
    return checked(scope, parts, result)
