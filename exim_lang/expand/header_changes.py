"""Header lines that ACLs add and remove (specification sections 44.24 and 44.25).

The modifiers only take note. The changes are made when the message's own header lines are there, and again after each
ACL that runs then: `apply_changes` is for whoever receives the message.
"""

from __future__ import annotations

import re
from typing import Final

from exim_lang.expand.headers import REMOVED, header_kind, is_named
from exim_lang.expand.regex import compile as compile_regex
from exim_lang.expand.state import AddedHeader, Header, Message
from exim_lang.expand.string_list import COLON, split_list
from exim_lang.taint import join, like

_POSITIONS: Final = (
    (b":after_received:", "received"),
    (b":at_start_rfc:", "rfc"),
    (b":at_start:", "top"),
    (b":at_end:", "bottom"),
)
_LINES: Final = re.compile(rb"[^\n]*\n(?:[ \t][^\n]*\n)*")
_NAMED: Final = re.compile(rb"[\x21-\x39\x3b-\x7e]*:")


def add_header(message: Message, text: bytes) -> None:
    """Notes the header lines of the modifier `add_header`: one or more, separated by newlines, `text` expanded.

    Each may start with `:after_received:`, `:at_start_rfc:`, `:at_start:` or `:at_end:`. One without a name gets
    `X-ACL-Warn:` in front; one that was added already is not added again.
    """
    lines = bytes(text).lstrip(b"\n").rstrip(b"\n")
    if not lines:
        return
    for found in _LINES.finditer(lines + b"\n"):
        line, position = _placed(found[0])
        if not _NAMED.match(line):
            line = b"X-ACL-Warn: " + line
        if not any(added.text.startswith(line) for added in message.added_headers):
            message.added_headers.append(AddedHeader(like(line, text), position))


def _placed(line: bytes) -> tuple[bytes, str]:
    if line.startswith(b":"):
        for word, position in _POSITIONS:
            if line[: len(word)].lower() == word:
                return line[len(word) :].lstrip(b" \t"), position
        line = line.lstrip(b" \t")
    return line, "bottom"


def remove_header(message: Message, names: bytes) -> None:
    """Notes the colon-separated names of the modifier `remove_header`, expanded; `^...` is a regular expression."""
    if names:
        message.removed_headers.append(names)


def headers_added(message: Message) -> bytes | None:
    """What `$headers_added` gives: the lines noted so far, as a list separated by newlines; None without any."""
    if not message.added_headers:
        return None
    lines = [like(added.text[:-1].replace(b"\n", b"\n\n"), added.text) for added in message.added_headers]
    return join(lines, b"\n")


def apply_changes(message: Message) -> None:
    """Removes what is to be removed from the message's header lines and puts in what was added, then forgets both.

    Removed lines stay in the list, with the kind `*`. Raises ExpansionError for a broken regular expression.
    """
    headers = message.headers if message.headers is not None else []
    message.headers = headers
    for names in message.removed_headers:
        for name in split_list(names, COLON):
            _remove(headers, name)
    message.removed_headers.clear()
    # Header lines go directly behind the same one, so that the last one added stands first.
    anchor: Header | None = None
    for added in message.added_headers:
        header = Header(added.text, header_kind(added.text))
        match added.position:
            case "top":
                headers.insert(0, header)
            case "received" if anchor is not None:
                headers.insert(_index(headers, anchor) + 1, header)
            case "received" | "rfc" as where:
                at = _behind_received(headers) if where == "received" else _behind_trace(headers)
                anchor = headers[at - 1] if at else None
                headers.insert(at, header)
            case _:
                headers.append(header)
    message.added_headers.clear()


def _remove(headers: list[Header], name: bytes) -> None:
    pattern = compile_regex(name) if name.startswith(b"^") else None
    for header in headers:
        if header.kind == REMOVED:
            continue
        if is_named(header, name) or (pattern is not None and pattern.search(header.text) is not None):
            header.kind = REMOVED


def _index(headers: list[Header], header: Header) -> int:
    return next(index for index, other in enumerate(headers) if other is header)


def _behind_received(headers: list[Header]) -> int:
    """Behind the first run of Received: lines; at the start when there is none."""
    at = next((index for index, header in enumerate(headers) if is_named(header, b"Received")), 0)
    while at < len(headers) and is_named(headers[at], b"Received"):
        at += 1
    return at


def _behind_trace(headers: list[Header]) -> int:
    """Behind the first header line and the Received: and Resent- lines that follow it."""
    at = min(1, len(headers))
    while at < len(headers) and (
        is_named(headers[at], b"Received") or headers[at].text[:7].lower() == b"resent-"
    ):
        at += 1
    return at
