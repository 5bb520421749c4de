"""UTF-8: to Latin-1, cleaned, and addresses to and from a-labels (specification sections 11.6 and 60.1)."""

from __future__ import annotations

from typing import Final

from exim_lang.errors import ExpansionError
from exim_lang.expand import alabels
from exim_lang.expand.operators.quoting import printing
from exim_lang.expand.registry import operator

_LENGTHS: Final = ((0xC0, 0xE0, 1), (0xE0, 0xF0, 2), (0xF0, 0xF8, 3), (0xF8, 0xFC, 4), (0xFC, 0x100, 5))


def _more(first: int) -> int:
    """How many bytes follow the first one of a sequence; 0 for a byte that starts none."""
    return next((count for low, high, count in _LENGTHS if low <= first < high), 0)


@operator("from_utf8")
def from_utf8(value: bytes) -> bytes:
    """Latin-1, with an underscore for each other character; what is no UTF-8 gives something undefined."""
    done = bytearray()
    at = 0
    while at < len(value):
        first = value[at]
        count = _more(first) if first >= 0xC0 else 0
        code = first & (0x3F >> count) if count else first
        for byte in value[at + 1 : at + 1 + count].ljust(count, b"\0"):
            code = code << 6 | byte & 0x3F
        # A zero, which a sequence that is cut off can give, ends Exim's string.
        if code:
            done.append(code if code < 256 else 0x5F)
        at += 1 + count
    return bytes(done)


@operator("utf8clean")
def utf8clean(value: bytes) -> bytes:
    """The string with a question mark for each sequence that is no UTF-8."""
    done = bytearray()
    sequence = bytearray()
    left = code = 0
    for byte in value:
        if left and byte & 0xC0 == 0x80:
            sequence.append(byte)
            code = code << 6 | byte & 0x3F
            left -= 1
            if not left:
                done += b"?" if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF else sequence
        elif left:
            # Where a sequence breaks off, a byte that is not ASCII is swallowed with it.
            done += b"?" if byte >= 0x80 else b"?" + bytes([byte])
            left = 0
        elif byte < 0x80:
            done.append(byte)
        elif byte < 0xC2 or byte >= 0xF8:
            done += b"?"
        else:
            left = _more(byte)
            code = byte & (0x3F >> left)
            sequence = bytearray([byte])
    return bytes(done + b"?" if left else done)


@operator("utf8_domain_to_alabel")
def utf8_domain_to_alabel(value: bytes) -> bytes:
    """The domain as the DNS has it: its labels with other than ASCII characters as `xn--...` (IDNA 2008)."""
    try:
        return alabels.domain_to_alabel(bytes(value))
    except alabels.AlabelError as error:
        raise ExpansionError(f"error converting utf8 ({printing(value)}) to alabel: {error}") from None


@operator("utf8_domain_from_alabel")
def utf8_domain_from_alabel(value: bytes) -> bytes:
    """The domain with its labels `xn--...` in UTF-8."""
    try:
        return alabels.domain_from_alabel(bytes(value))
    except alabels.AlabelError as error:
        raise ExpansionError(f"error converting alabel ({printing(value)}) to utf8: {error}") from None


@operator("utf8_localpart_to_alabel")
def utf8_localpart_to_alabel(value: bytes) -> bytes:
    """The local part as one label `xn--...`, unless it is ASCII; nothing is normalised."""
    try:
        return alabels.local_part_to_alabel(bytes(value))
    except alabels.AlabelError as error:
        raise ExpansionError(f"error converting utf8 ({printing(value)}) to alabel: {error}") from None


@operator("utf8_localpart_from_alabel")
def utf8_localpart_from_alabel(value: bytes) -> bytes:
    """The local part that the label `xn--...` stands for."""
    try:
        return alabels.local_part_from_alabel(bytes(value))
    except alabels.AlabelError as error:
        raise ExpansionError(f"error converting alabel ({printing(value)}) to utf8: {error}") from None
