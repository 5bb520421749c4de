"""Message ids: the time, the process and a fraction of a second, in base 62 (specification chapter 3.4)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

_DIGITS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@lru_cache(64)
def base62(number: int, digits: int) -> bytes:
    """The last `digits` digits of a number in base 62."""
    result = bytearray()
    for _ in range(digits):
        number, digit = divmod(number, 62)
        result.append(_DIGITS[digit])
    return bytes(reversed(result))


def new_id(scope: Scope) -> bytes:
    """An id for the message that is being received: 23 characters since Exim 4.97, 16 before."""
    seconds, fraction = divmod(scope.world.now(), 1)
    number = scope.caches.get("smtp: messages")
    count = number + 1 if isinstance(number, int) else 0
    scope.caches["smtp: messages"] = count
    pid = scope.process.pid
    if scope.config.dialect.version >= (4, 97):
        return b"%s-%s-%s" % (base62(int(seconds), 6), base62(pid, 11), base62(int(fraction * 1_000_000) + count, 4))
    return b"%s-%s-%s" % (base62(int(seconds), 6), base62(pid, 6), base62(int(fraction * 2_000) + count, 2))
