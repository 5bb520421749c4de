"""From bytes on the wire to a message: where it ends, and its doubled dots (specification chapters 47.2 and 49.3).

Lines end with CRLF; a client whose first line ends with a bare LF may go on so. What becomes of other CRs and LFs is up to
`exim_lang.expand.headers.split_headers`.
"""

from __future__ import annotations

import re

from exim_lang.expand.headers import split_headers
from exim_lang.expand.state import Header
from exim_lang.records import dataclass
from exim_lang.taint import taint

_END_CRLF = re.compile(rb"\r\n(\.\r\n)")
_END_LF = re.compile(rb"\n(\.\r?\n)")
_DOT_CRLF = re.compile(rb"(\A|\r\n)\.")
_DOT_LF = re.compile(rb"(\A|\n)\.")


@dataclass(slots=True)
class Received:
    """One message as it arrived; lines end with LF. `size` and `linecount` count header, separator and body."""

    headers: list[Header]
    body: bytes
    size: int
    linecount: int
    longest: int
    late: bool
    """Whether some of it was read as body, which is when Exim looks at message_size_limit."""


def ends_with_crlf(data: bytes | bytearray) -> bool:
    """Whether the first line ends with CRLF."""
    newline = data.find(b"\n")
    return newline > 0 and data[newline - 1] == 0x0D


def find_end(buffer: bytes | bytearray, start: int = 0) -> tuple[int, int] | None:
    """Where the line with the single dot starts, and where what follows it does; None when it has not come yet.

    `start` is where the search may start again: what was there before has been searched.
    """
    newline = buffer.find(b"\n")
    if newline == -1:
        return None
    if buffer[:newline].removesuffix(b"\r") == b".":
        return 0, newline + 1
    pattern = _END_CRLF if ends_with_crlf(buffer) else _END_LF
    found = pattern.search(buffer, max(0, start - 4))
    return None if found is None else (found.start(1), found.end())


def measure_header(raw: bytes, header_lines: int) -> tuple[int, bool]:
    """How many lines of `raw` became so many header lines, and whether an empty line follows.

    A CR or LF within a line made one more of them; only the LF counts.
    """
    crlf = ends_with_crlf(raw)
    line_end = b"\r\n" if crlf else b"\n"
    at = counted = 0
    while header_lines > 0:
        end = raw.find(line_end, at)
        if end == -1:
            return counted + 1, False
        line = raw[at:end] if crlf else raw[at:end].removesuffix(b"\r")
        counted += 1 + line.count(b"\n")
        header_lines -= 1 + line.count(b"\r") + line.count(b"\n")
        at = end + len(line_end)
    return counted, raw.startswith((b"\n", b"\r\n"), at)


def read(raw: bytes, *, dots: bool) -> Received:
    """The header lines and the body of what arrived; `dots` says that leading dots were doubled (DATA, not BDAT)."""
    if dots and b"." in raw:
        raw = (_DOT_CRLF if ends_with_crlf(raw) else _DOT_LF).sub(rb"\1", raw)
    headers, body = split_headers(taint(raw))
    head = b"".join([header.text for header in headers])
    header_lines = head.count(b"\n")
    blank = raw.find(b"\r\n\r\n")
    if blank != -1 and raw[: blank + 2].replace(b"\r\n", b"\n") == head:
        separator = True  # every line of the header is as it came: nothing to measure
    else:
        header_lines, separator = measure_header(raw, header_lines)
    if body and not separator:
        header_lines += 1
    longest = max(max(map(len, part.split(b"\n"))) for part in (head, body))
    late = bool(body) and (separator or body.find(b"\n") < len(body) - 1)
    size = len(head) + separator + len(body)
    return Received(headers, body, size, header_lines + separator + body.count(b"\n"), longest, late)
