"""Decoding the body of a MIME part as Exim does, broken ones too (specification section 45.4).

What is well formed is left to the standard library; Exim goes on where an encoding is broken, and says so in
`$mime_anomaly_level` and `$mime_anomaly_text`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Final

from exim_lang.records import dataclass

LINE_LIMIT: Final = 32767
"""Bytes that Exim reads at a time; a longer line comes in pieces."""

_WELL_FORMED: Final = re.compile(rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_VALUES: Final = {code: value for value, code in enumerate(_ALPHABET)}
_QUOTED: Final = re.compile(rb"=(?:([0-9A-Fa-f]{2})|([ \t\r]*\n)|)")


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something wrong with an encoding."""

    level: int
    text: bytes


BROKEN_BASE64: Final = Anomaly(2, b"Broken BASE64 encoding detected")
BROKEN_QP: Final = Anomaly(1, b"Broken Quoted-Printable encoding detected")


def lines_to(data: bytes, start: int, boundary: bytes | None, limit: int = LINE_LIMIT) -> Iterator[bytes]:
    """The lines from `start` up to the one that begins with the boundary, with their ends, none longer than `limit` bytes."""
    at = start
    stop = None if boundary is None else b"--" + boundary
    while at < len(data):
        end = data.find(b"\n", at, at + limit)
        after = min(at + limit, len(data)) if end == -1 else end + 1
        if stop is not None and data.startswith(stop, at):
            return
        yield data[at:after]
        at = after


def decode_part(data: bytes, start: int, boundary: bytes | None, encoding: bytes) -> tuple[bytes, Anomaly | None]:
    """The decoded body of the part, and what was wrong with it. `encoding` is Content-Transfer-Encoding: in small letters."""
    lines = lines_to(data, start, boundary)
    match encoding:
        case b"base64":
            return _base64(lines)
        case b"quoted-printable":
            return _quoted_printable(lines)
        case _:
            return b"".join(lines), None


def _quoted_printable(lines: Iterator[bytes]) -> tuple[bytes, Anomaly | None]:
    """Hexadecimal digits may be small; blanks at the end of a line stay; what is broken stays as it is."""
    anomaly: Anomaly | None = None

    def plain(found: re.Match[bytes]) -> bytes:
        nonlocal anomaly
        if found[1] is not None:
            return bytes.fromhex(found[1].decode("ascii"))
        if found[2] is not None:
            return b""
        anomaly = BROKEN_QP
        return b"="

    return b"".join([_QUOTED.sub(plain, line) for line in lines]), anomaly


def _base64(lines: Iterator[bytes]) -> tuple[bytes, Anomaly | None]:
    packed = b"".join(line.rstrip(b"\n").partition(b"\r")[0] for line in lines)
    if _WELL_FORMED.fullmatch(packed):
        return base64.b64decode(packed), None
    return _lenient_base64(packed)


def _lenient_base64(packed: bytes) -> tuple[bytes, Anomaly | None]:
    """Bad characters are skipped, padding in the middle counts as digits that write nothing."""
    anomaly: Anomaly | None = None
    out = bytearray()
    pending = 0
    state = 0
    for code in packed:
        if code == 0x3D:
            state += 1
            continue
        value = _VALUES.get(code)
        if value is None:
            anomaly = BROKEN_BASE64
            continue
        match state & 3:
            case 0:
                pending = value << 2
            case 1:
                out.append((pending | value >> 4) & 0xFF)
                pending = value << 4
            case 2:
                out.append((pending | value >> 2) & 0xFF)
                pending = value << 6
            case _:
                out.append((pending | value) & 0xFF)
                pending = 0
        state += 1
    if state & 3:
        out.append(pending & 0xFF)
    return bytes(out), anomaly
