"""Header lines: splitting a message into them, and what `$h_subject:` and its kin give (specification section 11.5)."""

from __future__ import annotations

import operator
import re
from itertools import dropwhile
from typing import Final, Literal, TypeAlias

from exim_lang.expand.rfc2047 import decode
from exim_lang.expand.scope import Scope
from exim_lang.expand.state import Header, Message
from exim_lang.expand.string_list import quote_item
from exim_lang.taint import like, taint

Style: TypeAlias = Literal["h", "rh", "bh", "lh"]
"""Decoded and translated; raw; decoded; a list of raw ones."""

LONGEST_INSERT: Final = 65536
"""What `$h_name:` gives at most, in bytes, before decoding."""

REMOVED: Final = "*"
_SPACES: Final = b" \t\n\v\f\r"
_KINDS: Final = {
    b"from": "F",
    b"to": "T",
    b"cc": "C",
    b"bcc": "B",
    b"reply-to": "R",
    b"sender": "S",
    b"message-id": "I",
    b"received": "P",
}
_OF_ADDRESSES: Final = frozenset("FTCBRS")
_NAME: Final = re.compile(rb"[\x21-\x39\x3b-\x7e\x80-\xff]*[ \t]*:")
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")


def header_kind(text: bytes) -> str:
    """Exim's letter for a header line: see Header."""
    return _KINDS.get(text.partition(b":")[0].rstrip(b" \t").lower(), " ")


def new_header(text: bytes) -> Header:
    """A header line of its kind."""
    return Header(text, header_kind(text))


def is_named(header: Header, name: bytes) -> bool:
    """Whether the header line has that name, whatever its case, also with white space in front of the colon."""
    size = len(name)
    return header.text[:size].lower() == name.lower() and header.text[size:].lstrip(b" \t").startswith(b":")


def split_headers(data: bytes, *, local: bool = False) -> tuple[list[Header], bytes]:
    """The header lines and the body of a message, with `\\n` at the end of each line; all as tainted as `data`.

    The header ends at an empty line, which belongs to neither, or at the first line that is not one: with that the body
    starts. A carriage return ends a line. In a message whose first line ends with CRLF a bare `\\n` does not: it is
    taken for folding in the header and for a space in the body; a bare carriage return in the header also folds
    (specification section 48.2). A binary zero in the header becomes a question mark, continuation lines of nothing but
    white space at the end of a header line are dropped. `local` says that the message came on the standard input without
    SMTP: then its body stays as it is.
    """
    first = _LINE_END.search(data)
    strict = first is not None and first[0] == b"\r\n"
    blank = data.find(b"\r\n\r\n") if strict else -1
    if blank != -1:
        head = data[:blank]
        if head.count(b"\r") == head.count(b"\n") == head.count(b"\r\n"):
            headers, at = _split_plain(head, data)
            body = data[at:]
            return headers, like(body if local else _body(body, strict), data)
    folding = (b"\r", b"\n") if strict else (b"\r",)
    headers = []
    gathered: list[bytes] = []
    at = 0
    folded = False
    while at < len(data):
        end = _LINE_END.search(data, at)
        stop, after = (end.start(), end.end()) if end is not None else (len(data), len(data))
        line = data[at:stop]
        if not folded:
            if not line:
                at = after
                break
            if not (gathered and line[0] in b" \t"):
                if not _NAME.match(line):
                    break
                _finish(gathered, headers, data)
        gathered.append(b" " + line if folded else line)
        folded = end is not None and end[0] in folding
        at = after
    _finish(gathered, headers, data)
    body = data[at:]
    return headers, like(body if local else _body(body, strict), data)


def _split_plain(head: bytes, model: bytes) -> tuple[list[Header], int]:
    """The header lines of a `head` whose lines all end with CRLF, without the last one; and where the body starts."""
    headers: list[Header] = []
    gathered: list[bytes] = []
    at = 0
    for line in head.split(b"\r\n"):
        if not (gathered and line[:1] in (b" ", b"\t")):
            if not line or not _NAME.match(line):
                break
            _finish(gathered, headers, model)
        gathered.append(line)
        at += len(line) + 2
    else:
        line = b""
    _finish(gathered, headers, model)
    return headers, at if line else at + 2


def _finish(gathered: list[bytes], headers: list[Header], model: bytes) -> None:
    if gathered:
        while len(gathered) > 1 and not gathered[-1].strip(_SPACES):
            gathered.pop()
        text = b"\n".join(gathered).replace(b"\0", b"?") + b"\n"
        headers.append(Header(like(text, model), header_kind(text)))
        gathered.clear()


def _body(data: bytes, strict: bool) -> bytes:
    if b"\r" not in data:
        return data.replace(b"\n", b" ") if strict else data
    if strict and data.count(b"\n") != data.count(b"\r\n"):
        data = re.sub(rb"(?<!\r)\n", b" ", data)
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def header_value(scope: Scope, name: bytes, style: Style) -> bytes | None:
    """What `$h_NAME:` gives with the options of the configuration; see `message_header`."""
    config = scope.config
    charset = str(config.option("headers_charset")) if style == "h" else ""
    return message_header(scope.message, name, style, charset, check_length=check_rfc2047_length(scope))


def check_rfc2047_length(scope: Scope) -> bool:
    """The option of that name: whether MIME words may have at most 75 characters."""
    return bool(scope.config.option("check_rfc2047_length"))


def message_header(
    message: Message, name: bytes, style: Style, charset: str, *, check_length: bool = True
) -> bytes | None:
    """What `$h_NAME:` gives; None when the message has no such header line, or no header lines at all yet.

    `name` has no colon; its case does not count. `charset` is what `h` translates to (`headers_charset`),
    `check_length` the option `check_rfc2047_length`. Several header lines of one name are joined by newlines, those
    with addresses by a comma and a newline, as a list by colons. The result is tainted: header lines come from outside.
    """
    wanted = name.lower() + b":"
    size = len(wanted)
    texts = [
        (header.text[size:], header.kind)
        for header in message.headers or ()
        if header.kind != REMOVED and header.text[:size].lower() == wanted
    ]
    if not texts:
        return None
    match style:
        case "rh":
            return taint(b"".join(text for text, _ in texts)[:LONGEST_INSERT])
        case "lh":
            raw = [bytes(quote_item(text.rstrip(b"\n"))) for text, _ in texts]
            # Empty ones are left out only as long as there is nothing to separate them from.
            return taint(b":".join(dropwhile(operator.not_, raw))[:LONGEST_INSERT])
        case "h" | "bh":
            separator = b",\n" if any(kind in _OF_ADDRESSES for _, kind in texts) else b"\n"
            stripped = [bytes(text).strip(_SPACES) for text, _ in texts]
            joined = separator.join(text for text in stripped if text)[:LONGEST_INSERT]
            return taint(decode(joined, charset if style == "h" else None, check_length=check_length))


def all_headers(message: Message, *, raw: bool, check_length: bool = True) -> bytes:
    """What `$message_headers` gives, with `raw` what `$message_headers_raw` gives; tainted."""
    texts = [bytes(header.text) for header in message.headers or () if header.kind != REMOVED]
    if raw:
        return taint(b"".join(texts)[:LONGEST_INSERT])
    stripped = [text.strip(_SPACES) for text in texts]
    joined = b"\n".join(text for text in stripped if text)[:LONGEST_INSERT]
    return taint(decode(joined, None, check_length=check_length))


def reply_address(message: Message) -> bytes:
    """What `$reply_address` gives: Reply-To: if not empty, else From:, in one line, not decoded; tainted."""
    value = (message_header(message, b"reply-to", "rh", "") or b"").lstrip(_SPACES)
    if not value:
        value = (message_header(message, b"from", "rh", "") or b"").lstrip(_SPACES)
    return taint(value.replace(b"\n", b" ").rstrip(_SPACES))
