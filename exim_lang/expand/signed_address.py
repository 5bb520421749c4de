"""Addresses signed for bounce address tag validation, of `${prvs` and `${prvscheck` (specification 11.5 and 44.53)."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from exim_lang.errors import ExpansionError
from exim_lang.expand.scope import Scope
from exim_lang.taint import like

SIGNED: Final = re.compile(rb"prvs=([0-9])([0-9]{3})([0-9A-F]{6})=(.+)@(.+)", re.IGNORECASE | re.DOTALL)
_DAYS: Final = 7
_LONGEST: Final = 64  # bytes of a secret that Exim takes


def signature(address: bytes, secret: bytes, key_number: bytes, day: bytes) -> bytes | None:
    """Six hexadecimal digits; None where the secret is too long."""
    if len(secret) > _LONGEST:
        return None
    import hmac  # few strings need it

    return hmac.new(secret, key_number + day + address, "sha1").hexdigest()[:6].encode("ascii")


def last_good_day(scope: Scope) -> bytes:
    """The day, counted modulo 1000, until which a signature made now is good."""
    return b"%03d" % ((int(scope.world.now()) // 86400 + _DAYS) % 1000)


class Signed(NamedTuple):
    """The parts of a signed address: the key number, the day, the signature, and the address without them."""

    key_number: bytes
    day: bytes
    code: bytes
    address: bytes


def signed(scope: Scope, address: bytes) -> Signed | None:
    """The parts of a signed address, which are `$1` ... then, too, and two variables of prvscheck are set; else None."""
    found = SIGNED.fullmatch(bytes(address))
    if found is None:
        return None
    scope.numeric = tuple(like(part, address) for part in (found[0], *found.groups()))
    key_number, day, code, local_part, domain = found.groups()
    parts = Signed(like(key_number, address), day, code, like(local_part + b"@" + domain, address))
    scope.variables["prvscheck_address"] = parts.address
    scope.variables["prvscheck_keynum"] = parts.key_number
    return parts


def check(scope: Scope, parts: Signed, secret: bytes) -> None:
    """Sets `$prvscheck_result`. Raises ExpansionError for a secret that is too long."""
    expected = signature(parts.address, bytes(secret), parts.key_number, parts.day)
    if expected is None:
        raise ExpansionError("hmac-sha1 conversion failed")
    good = expected == parts.code.lower() and not expired(scope, int(parts.day))
    scope.variables["prvscheck_result"] = b"1" if good else b""


def checked(scope: Scope, parts: Signed, result: bytes) -> bytes:
    """`result`, or the address without its signature; the variables of prvscheck but `$prvscheck_result` are unset."""
    scope.variables.pop("prvscheck_address", None)
    scope.variables.pop("prvscheck_keynum", None)
    return result or parts.address


def expired(scope: Scope, day: int) -> bool:
    """Whether the last good day, counted modulo 1000, is over."""
    now = int(scope.world.now()) // 86400 % 1000
    return not 0 <= (day - now) % 1000 <= _DAYS
