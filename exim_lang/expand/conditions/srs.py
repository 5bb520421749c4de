"""The condition `inbound_srs`: whether a local part is a sender that we rewrote (specification section 58.5)."""

from __future__ import annotations

import re
from typing import Final

from exim_lang.expand.registry import condition
from exim_lang.expand.scope import Scope
from exim_lang.taint import like

_REWRITTEN: Final = re.compile(rb"SRS0=([^=]+)=([A-Z2-7]+)=([^=]*)=(.*)", re.IGNORECASE)
_PLAIN: Final = re.compile(rb"[A-Za-z0-9.!#$%&'*+\-/=?^_`{|}~]*")
_BASE32: Final = b"abcdefghijklmnopqrstuvwxyz234567"
_DAY: Final = 86400
_MOST_DAYS: Final = 10
_HASH_LENGTH: Final = 4


@condition("inbound_srs", least=2, scope=True)
def inbound_srs(scope: Scope, local_part: bytes, secret: bytes) -> bool:
    """Takes the local part apart, and with a secret checks its age (ten days) and its hash.

    `$srs_recipient` becomes the original sender in lower case, its local part quoted where needed, as soon as the form
    is right, whatever the checks say.
    """
    found = _REWRITTEN.fullmatch(local_part)
    if found is None or b"\n" in found[4]:
        return False
    hashed, stamp, domain, original = found.groups()
    quote = b"" if _PLAIN.fullmatch(local_part) else b'"'
    recipient = quote + original.lower() + quote + b"@" + domain.lower()
    scope.message.facts["srs_recipient"] = like(recipient, local_part)
    if not secret:
        return True
    day = 0
    for code in stamp:
        digit = _BASE32.find(code)
        if digit < 0:
            return False
        day = day * 32 + digit
    if (int(scope.world.now()) // _DAY - day) & 0x3FF > _MOST_DAYS:
        return False
    import hmac  # few strings need it

    return hmac.new(secret, recipient, "md5").hexdigest()[:_HASH_LENGTH].encode() == hashed[:_HASH_LENGTH]
