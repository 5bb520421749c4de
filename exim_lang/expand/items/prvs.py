"""`${prvs` and `${prvscheck`: signed return paths for bounce address tag validation (specification 11.5 and 44.53)."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from typing import Final

from exim_lang.errors import ExpansionError
from exim_lang.expand.registry import item
from exim_lang.expand.scope import Scope
from exim_lang.taint import like

_SIGNED: Final = re.compile(rb"prvs=([0-9])([0-9]{3})([0-9A-F]{6})=(.+)@(.+)", re.IGNORECASE | re.DOTALL)
_DAYS: Final = 7


def signature(address: bytes, secret: bytes, key_number: bytes, day: bytes) -> bytes:
    """Six hexadecimal digits."""
    return hmac.new(secret, key_number + day + address, "sha1").hexdigest()[:6].encode("ascii")


@item("prvs", 2, 3, scope=True)
def prvs(scope: Scope, address: bytes, secret: bytes, key_number: bytes = b"0") -> bytes:
    """The address with a signature in its local part that is good for a week."""
    if not 0 < address.rfind(b"@") < len(address) - 1:
        raise ExpansionError("prvs first argument must be a qualified email address")
    if not (len(key_number) == 1 and key_number.isdigit()):
        raise ExpansionError("prvs third argument must be a single digit")
    day = b"%03d" % ((int(scope.world.now()) // 86400 + _DAYS) % 1000)
    code = signature(address, secret, key_number, day)
    return like(b"prvs=" + key_number + day + code + b"=" + address, address)


@item("prvscheck", 2, 3, scope=True, lazy=(1, 2))
def prvscheck(
    scope: Scope, address: bytes, secret: Callable[[Scope], bytes], result: Callable[[Scope], bytes] | None = None
) -> bytes:
    """The address without its signature, or `result`; nothing for an address that is not signed.

    `secret` and `result` are expanded here: `$prvscheck_address` and `$prvscheck_keynum` are set for both, for the second
    also `$prvscheck_result`, which remains and is `1` for a good signature.
    """
    found = _SIGNED.fullmatch(bytes(address))
    if found is None:
        secret(scope)
        if result is not None:
            result(scope)
        return b""
    key_number, day, code, local_part, domain = found.groups()
    bare = like(local_part + b"@" + domain, address)
    saved = {name: scope.variables.get(name) for name in ("prvscheck_address", "prvscheck_keynum")}
    scope.variables["prvscheck_address"] = bare
    scope.variables["prvscheck_keynum"] = like(key_number, address)
    try:
        good = signature(bare, secret(scope), key_number, day) == code.lower() and not expired(scope, int(day))
        scope.variables["prvscheck_result"] = b"1" if good else b""
        return (result(scope) if result else b"") or bare
    finally:
        for name, value in saved.items():
            if value is None:
                scope.variables.pop(name, None)
            else:
                scope.variables[name] = value


def expired(scope: Scope, day: int) -> bool:
    """Whether the last good day, counted modulo 1000, is over."""
    now = int(scope.world.now()) // 86400 % 1000
    return not 0 <= (day - now) % 1000 <= _DAYS
