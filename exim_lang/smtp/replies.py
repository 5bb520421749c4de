"""SMTP replies: codes, continuation lines, and custom texts that bring their own code (specification chapter 44, "message")."""

from __future__ import annotations

import re

from exim_lang.taint import like

WIDTH = 75
"""Characters of a reply line that Exim does not break."""

_CODE = re.compile(rb"(\d\d\d)\s(?:(\d\.\d\d?\d?\.\d\d?\d?)\s)?")


def split_code(message: bytes) -> tuple[bytes, bytes, bytes]:
    """The code that a message starts with, its extended code ("5.1.1 ", with the space), and the rest; b"" for no code."""
    found = _CODE.match(message)
    if found is None:
        return b"", b"", message
    extended = message[found.start(2) : found.end()] if found.start(2) != -1 else b""
    return found[1], extended, message[found.end() :]


def format_reply(
    code: bytes, message: bytes, *, extended: bytes = b"", final: bool = True, one_line: bool = False
) -> bytes:
    """The lines of one reply, CRLF included.

    Newlines in `message` make continuation lines, whose leading white space goes; `extended` is repeated in each.
    With `one_line` (control no_multiline_responses) only the first is sent, and nothing of a preliminary reply.
    """
    if one_line and not final:
        return b""
    lines = []
    rest = bytes(message)
    while True:
        line, _, after = rest.partition(b"\n")
        last = not after or one_line
        separator = b" " if last and final else b"-"
        lines.append(code + separator + extended + line + b"\r\n")
        if last:
            return b"".join(lines)
        rest = after.lstrip(b" \t\n\r\v\f")


def split_message(message: bytes) -> bytes:
    """A message of ACLs with lines of more than 75 characters broken: behind a colon, at a space, or else further on."""
    if len(message) <= WIDTH:
        return message
    text = bytearray(message)
    start = 0
    while True:
        end = start + WIDTH
        newline = text.find(b"\n", start, end + 1)
        if newline != -1:
            start = newline + 1
            continue
        if end >= len(text):
            return like(bytes(text), message)
        at = _place_to_break(text, start, end)
        if at == -1:
            return like(bytes(text), message)
        text[at] = 0x0A
        start = at + 1


def _place_to_break(text: bytearray, start: int, end: int) -> int:
    """The offset of the space that becomes a newline; -1 when there is none."""
    colon = text.rfind(b": ", start + 35, end + 1)
    if colon != -1:
        return colon + 1
    behind = text.rfind(b" ", start + 36, end + 1)
    if behind != -1:
        return behind
    ahead = [at for at in (text.find(b" ", end + 1), text.find(b"\n", end + 1)) if at != -1]
    return min(ahead, default=-1)


def printed(value: bytes, top_bit: bool = False) -> str:
    """Bytes as Exim prints them in log lines: control characters, and bytes above 127 unless `top_bit`, become escapes."""
    return "".join(_PRINTED[byte] if byte < 128 or not top_bit else chr(byte) for byte in value)


_ESCAPES = {10: "\\n", 13: "\\r", 8: "\\b", 11: "\\v", 12: "\\f"}
_PRINTED = [chr(byte) if 32 <= byte < 127 or byte == 9 else _ESCAPES.get(byte, f"\\{byte:03o}") for byte in range(256)]
