"""Plain LDAP searches as bytes: a request, and what a server answers (RFC 4511).

The library that opens connections takes half a millisecond for a search, which is most of the time of a lookup. What is
not plain is left to it: filters that do more than compare for equality, answers that are errors or refer to other servers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

_NUMBER, _BOOLEAN, _BYTES, _CHOICE, _SEQUENCE = 0x02, 0x01, 0x04, 0x0A, 0x30
_SEARCH, _ENTRY, _DONE = 0x63, 0x64, 0x65
_EQUAL, _PRESENT = 0xA3, 0x87
_JOINED: Final = {b"&": 0xA0, b"|": 0xA1, b"!": 0xA2}
_ITEM: Final = re.compile(rb"\(([A-Za-z][A-Za-z0-9;-]*)=((?:[^()*\\\0]|\\[0-9A-Fa-f]{2})*|\*)\)")
_ESCAPE: Final = re.compile(rb"\\(..)")
_DEEPEST: Final = 50
_READ_AT_ONCE: Final = 65536

SCOPES: Final = {"BASE": 0, "LEVEL": 1, "SUBTREE": 2, "CHILDREN": 2}
DEREFERENCES: Final = {"NEVER": 0, "SEARCH": 1, "FINDING_BASE": 2, "ALWAYS": 3}


class Entry(NamedTuple):
    """One entry that was found: its name, and the values of each attribute."""

    dn: bytes
    attributes: list[tuple[bytes, list[bytes]]]


def element(tag: int, *contents: bytes) -> bytes:
    """A value with its tag and its length."""
    content = b"".join(contents)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def number(value: int, tag: int = _NUMBER) -> bytes:
    return element(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def search_request(
    message: int, dn: bytes, scope: int, dereference: int, size: int, time: int, wanted: bytes, attributes: Sequence[bytes]
) -> bytes | None:
    """A search of the number `message`; None for a filter `wanted` that is not plain."""
    if not wanted.startswith(b"("):
        wanted = b"(" + wanted + b")"
    read = filter_at(wanted, 0, 0)
    if read is None or read[1] != len(wanted):
        return None
    request = element(
        _SEARCH,
        element(_BYTES, dn),
        number(scope, _CHOICE),
        number(dereference, _CHOICE),
        number(size),
        number(time),
        element(_BOOLEAN, b"\0"),
        read[0],
        element(_SEQUENCE, *(element(_BYTES, attribute) for attribute in attributes)),
    )
    return element(_SEQUENCE, number(message), request)


def filter_at(text: bytes, at: int, depth: int) -> tuple[bytes, int] | None:
    """The filter that begins at an offset, and where it ends; None for what is not plain."""
    item = _ITEM.match(text, at)
    if item is not None:
        name, value = item[1], item[2]
        if value == b"*":
            return element(_PRESENT, name), item.end()
        if b"\\" in value:
            value = _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), value)
        return element(_EQUAL, element(_BYTES, name), element(_BYTES, value)), item.end()
    tag = _JOINED.get(text[at + 1 : at + 2]) if text[at : at + 1] == b"(" else None
    if tag is None or depth > _DEEPEST:
        return None
    at += 2
    parts: list[bytes] = []
    while text[at : at + 1] == b"(":
        read = filter_at(text, at, depth + 1)
        if read is None:
            return None
        part, at = read
        parts.append(part)
    if text[at : at + 1] != b")" or not parts or (tag == _JOINED[b"!"] and len(parts) > 1):
        return None
    return element(tag, *parts), at + 1


def read_answer(receive: Callable[[int], bytes], message: int) -> list[Entry] | None:
    """The entries found, read to the end of the answer; None for one that is not plain.

    `receive` is that of a socket. Raises OSError, ConnectionResetError where the server ends the conversation.
    """
    data = b""
    at = 0
    entries: list[Entry] | None = []
    while True:
        while (found := header(data, at)) is None or found[2] > len(data):
            piece = receive(_READ_AT_ONCE)
            if not piece:
                raise ConnectionResetError("connection closed by the server")
            data, at = data[at:] + piece, 0
        _, start, at = found
        _, begin, end = inside(data, start)
        if int.from_bytes(data[begin:end], "big") != message:
            raise ConnectionResetError("not an answer to what was asked")
        tag, begin, end = inside(data, end)
        if tag == _DONE:
            _, first, last = inside(data, begin)
            return entries if data[first:last] == b"\0" else None
        if tag == _ENTRY and entries is not None:
            entries.append(entry(data, begin))
        else:
            entries = None


def entry(data: bytes, at: int) -> Entry:
    _, begin, end = inside(data, at)
    dn = data[begin:end]
    attributes = []
    _, at, last = inside(data, end)
    while at < last:
        _, begin, at = inside(data, at)
        _, first, end = inside(data, begin)
        _, begin, stop = inside(data, end)
        values = []
        while begin < stop:
            _, start, begin = inside(data, begin)
            values.append(data[start:begin])
        attributes.append((data[first:end], values))
    return Entry(dn, attributes)


def inside(data: bytes, at: int) -> tuple[int, int, int]:
    """The element at an offset of a whole message: tag, start and end of its content."""
    found = header(data, at)
    if found is None:
        raise ConnectionResetError("an answer that cannot be read")
    return found


def header(data: bytes, at: int) -> tuple[int, int, int] | None:
    """The same where the message may not be complete yet; None where not even its length is."""
    if len(data) < at + 2:
        return None
    size, at = data[at + 1], at + 2
    tag = data[at - 2]
    if size >= 0x80:
        more = size & 0x7F
        if len(data) < at + more:
            return None
        size = int.from_bytes(data[at : at + more], "big")
        at += more
    return tag, at, at + size
