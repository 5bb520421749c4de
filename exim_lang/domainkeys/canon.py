"""The canonical forms of a message that DomainKeys signs (RFC 4870 section 3.4.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_FOLDING: Final = b" \t\r\n"


def canonical(method: str, headers: Sequence[bytes], body: bytes) -> bytes:
    """What is signed: the header lines, an empty line and the body, all lines ending with CRLF.

    `method` is "simple" or "nofws". Header lines have their newlines, the lines of the body end with a newline; neither has
    CRLF. Empty lines at the end of the body do not count, nor does the one in front of a body of nothing else.
    """
    if method == "nofws":
        headers = [line.translate(None, _FOLDING) for line in headers]
        body = body.translate(None, b" \t\r")
    else:
        headers = [line.removesuffix(b"\n").replace(b"\n", b"\r\n") for line in headers]
    head = b"".join(line + b"\r\n" for line in headers)
    body = body.rstrip(b"\n")
    return head + (b"\r\n" + body.replace(b"\n", b"\r\n") + b"\r\n" if body else b"")


def chosen(headers: Sequence[bytes], names: Sequence[bytes]) -> list[bytes]:
    """The header lines that an `h=` tag with these names covers, in its order; all of them for no names.

    A name stands for all header lines of that name; where it is repeated, the later ones of it stand for one line each, taken
    from the end.
    """
    if not names:
        return list(headers)
    lines: dict[bytes, list[bytes]] = {}
    for line in headers:
        lines.setdefault(name_of(line), []).append(line)
    wanted = [name.lower() for name in names]
    found: list[bytes] = []
    for index in range(len(wanted) - 1, -1, -1):
        name = wanted[index]
        left = lines.get(name, [])
        if name in wanted[:index]:
            found[:0] = [left.pop()] if left else []
        else:
            found[:0] = left
            lines[name] = []
    return found


def name_of(line: bytes) -> bytes:
    """The name of a header line in lower case."""
    return line.partition(b":")[0].rstrip(b" \t").lower()
