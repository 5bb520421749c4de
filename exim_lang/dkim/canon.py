"""The canonical forms of header lines and body, as Exim makes them (RFC 6376 section 3.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

CANONICAL: Final = ("simple", "relaxed")
"""The names of the forms."""

_VALUE: Final = re.compile(rb"((?:^|;)[ \t\r\n]*b[ \t\r\n]*=)[^;]*")


def wire_header(text: bytes) -> tuple[bytes, bytes]:
    """Name and value of a header line as it was on the wire: with CRLF at the end of each line."""
    name, _, value = text.replace(b"\n", b"\r\n").partition(b":")
    return name, value


def canonical_headers(canon: str, headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """The text of header lines (name and value as on the wire) in a canonical form, each with CRLF at its end."""
    from dkim.canonicalization import ALGORITHMS  # slow to load

    return b"".join(name + b":" + value for name, value in ALGORITHMS[canon.encode()].canonicalize_headers(headers))


def canonical_body(canon: str, body: bytes) -> bytes:
    """The body, whose lines end with CRLF, in a canonical form.

    An empty body stays empty in both forms, as in Exim 4.96; RFC 6376 makes an empty line of it in the form `simple`.
    """
    from dkim.canonicalization import ALGORITHMS  # slow to load

    text: bytes = ALGORITHMS[canon.encode()].canonicalize_body(body) if body.strip(b"\r\n") else b""
    return text


def without_value(field: bytes) -> bytes:
    """The value of a signature's header line without what its tag `b` says."""
    return _VALUE.sub(rb"\1", field, count=1)


def covered(headers: Sequence[tuple[bytes, bytes]], names: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """The header lines that the tag `h` names, in its order: of several with a name, the last one first."""
    left: dict[bytes, list[tuple[bytes, bytes]]] = {}
    for header in headers:
        left.setdefault(header[0].strip().lower(), []).append(header)
    for name in names:
        lines = left.get(name.lower())
        if lines:
            yield lines.pop()
