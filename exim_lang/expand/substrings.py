"""What the operators and items `length`, `substr`, `hash` and `nhash` compute (specification chapter 11).

Numbers are those of C: 32 bits with a sign. All counting is in bytes.
"""

from __future__ import annotations

from typing import Final

from exim_lang.errors import ExpansionError, ProcessDied

_CODES: Final = b"abcdefghijklmnopqrtsuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_PRIMES: Final = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101)
_WEIGHTS: Final = tuple(reversed((*_PRIMES, 103, 107, 109, 113)))


def as_int(number: int) -> int:
    """`number` as a C int holds it."""
    low = number & 0xFFFFFFFF
    return low - 2**32 if low >> 31 else low


def length(value: bytes, count: int, _: int | None = None) -> bytes:
    """The first `count` bytes."""
    return value[:count] if count >= 0 else value


def substr(value: bytes, start: int, count: int | None) -> bytes:
    """`count` bytes from `start` on; a negative `start` counts from the end, and alone takes what stands before it."""
    size = len(value)
    if start < 0:
        begin = start + size
        if count is None or count < 0:
            return value[: max(begin, 0)]
        # Where the string does not reach that far, the length shrinks by what is missing.
        return value[max(begin, 0) : max(begin + count, 0)]
    if count is None or count < 0:
        return value[start:]
    return value[start : start + count]


def textual_hash(value: bytes, count: int, codes: int | None) -> bytes:
    """`count` characters of the first `codes` (26 unless given) of a fixed alphabet; a string not longer stays as it is."""
    alphabet = 26 if codes is None or codes < 0 else codes
    if alphabet > len(_CODES):
        raise ExpansionError(f'hash count "{alphabet}" too big')
    if count >= len(value):
        return value
    if count < 0 or (count and not alphabet):
        raise ProcessDied(f"the hash of {count} characters out of {alphabet} makes Exim crash")
    if count == 0:
        return b""
    mixed = bytearray(value[:count])
    for index in range(count, len(value)):
        byte = value[index]
        shift = (byte + index) & 7
        mixed[(index - count) % count] ^= ((byte << shift) | (byte >> (8 - shift))) & 0xFF
    return bytes(_CODES[byte % alphabet] for byte in mixed)


def numeric_hash(value: bytes, first: int, second: int | None) -> bytes:
    """A number below `first`, with `second` two numbers as `a/b` below both."""
    total = sum(byte * _WEIGHTS[index % len(_WEIGHTS)] for index, byte in enumerate(value)) & (2**64 - 1)
    divisor = first if second is None or second < 0 else as_int(first * second)
    if divisor == 0:
        raise ProcessDied("dividing by zero in nhash makes Exim crash")
    total %= divisor & (2**64 - 1)
    if second is None or second < 0:
        return b"%d" % total
    return b"%d/%d" % divmod(total, second)
