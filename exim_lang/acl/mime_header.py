"""The header of a MIME part as Exim reads it: what it says of the part, not what it should say (specification section 45.4).

Exim has a reader of its own for these lines, which is more lenient than RFC 2045, and `$mime_...` show what that one
understood: white space and comments go, except between an equals sign and the next semicolon. Double quotes keep semicolons
from ending a value, but white space behind such a semicolon goes. A backslash in front of a quote changes nothing.
"""

from __future__ import annotations

import re
from typing import Final

from exim_lang.expand import rfc2047
from exim_lang.records import dataclass

HEADER_LIMIT: Final = 8192
_NAMES: Final = {
    b"content-type:": "content_type",
    b"content-disposition:": "content_disposition",
    b"content-transfer-encoding:": "content_transfer_encoding",
    b"content-id:": "content_id",
    b"content-description:": "content_description",
}
_PARAMETERS: Final = {b"name=": "filename", b"filename=": "filename", b"charset=": "charset", b"boundary=": "boundary"}
_EXTENDED: Final = re.compile(rb"(?:file)?name\*", re.IGNORECASE)
_PERCENT: Final = re.compile(rb"%([0-9A-Fa-f]{2})")


@dataclass(slots=True)
class PartHeader:
    """What the header of one part says; empty where it says nothing. The names are those of `$mime_...`."""

    content_type: bytes = b""
    content_disposition: bytes = b""
    content_transfer_encoding: bytes = b""
    content_id: bytes = b""
    content_description: bytes = b""
    boundary: bytes = b""
    charset: bytes = b""
    filename: bytes = b""

    @property
    def is_multipart(self) -> bool:
        return self.content_type.startswith(b"multipart")


def read_header(data: bytes, at: int, *, check_length: bool) -> tuple[PartHeader, int]:
    """The header of the part that starts at `at`, and where what follows it starts.

    `check_length` is the option check_rfc2047_length. A line that the end of the data cuts off does not count.
    """
    header = PartHeader()
    while True:
        line, at, more = _logical_line(data, at)
        if not more:
            return header, at
        for name, attribute in _NAMES.items():
            if line[: len(name)].lower() == name:
                _take(header, attribute, line[len(name) :], check_length)


class _Characters:
    """What is kept of one header line, character by character."""

    def __init__(self) -> None:
        self.kept = bytearray()
        self.brackets = 0
        self.in_value = self.value_begun = False

    def take(self, code: int) -> None:
        blank = code in b" \t"
        if self.in_value:
            if blank and not self.value_begun:
                return
            self.value_begun = True
            self.in_value = code != 0x3B
        elif blank:
            return
        elif code == 0x28:
            self.brackets += 1
            return
        elif code == 0x29 and self.brackets:
            self.brackets -= 1
            return
        elif self.brackets:
            return
        elif code == 0x3D:
            self.in_value, self.value_begun = True, False
        self.kept.append(code)

    def take_escaped(self, code: int) -> None:
        """The character behind a backslash outside of values: it is no bracket."""
        if not self.brackets:
            self.kept.append(code)


def _logical_line(data: bytes, at: int) -> tuple[bytes, int, bool]:
    """One line with its continuation lines, ended by a semicolon; where the next starts; False at the end of the header."""
    line = _Characters()
    size = len(data)
    ended = False
    while not ended:
        if at >= size:
            return b"", at, False
        code = data[at]
        at += 1
        if code == 0x0A:
            if line.kept:
                if at >= size:
                    return b"", at, False
                if data[at] in b" \t":
                    at += 1
                    continue
            code = 0x3B
            ended = True
        if code < 32:
            continue
        if code == 0x5C and not line.in_value:
            if at >= size:
                return b"", at, False
            line.take_escaped(data[at])
            at += 1
        else:
            line.take(code)
        if len(line.kept) > HEADER_LIMIT - 1:
            break
    kept = line.kept
    if kept:
        kept[-1] = 0x3B
    return bytes(kept), at, len(kept) != 1


def _take(header: PartHeader, attribute: str, rest: bytes, check_length: bool) -> None:
    """One header line that counts: its value in small letters, then its parameters."""
    value, _, rest = rest.partition(b";")
    setattr(header, attribute, value.lower())
    extended = _Extended()
    while rest:
        if (found := _EXTENDED.match(rest)) is not None:
            equals = rest.find(b"=", found.end())
            text, rest = _parameter(b"" if equals == -1 else rest[equals + 1 :])
            if text:
                extended.add(text)
                if not extended.broken:
                    header.filename = extended.decoded
        else:
            for name, target in _PARAMETERS.items():
                if rest[: len(name)].lower() == name:
                    text, rest = _parameter(rest[len(name) :])
                    setattr(header, target, rfc2047.decode(text, None, check_length=check_length, zero=b" "))
                    break
        rest = _behind_semicolon(rest)
    if attribute == "content_disposition" and extended.broken:
        header.filename = extended.raw


def _parameter(text: bytes) -> tuple[bytes, bytes]:
    """The value of a parameter without its quotes, and the rest with the semicolon that ended it."""
    at = 0
    quoted = False
    while at < len(text) and (quoted or text[at] != 0x3B):
        quoted ^= text[at] == 0x22
        at += 1
    return text[:at].replace(b'"', b""), text[at:]


def _behind_semicolon(text: bytes) -> bytes:
    """What stands behind the next semicolon that is not in quotes."""
    _, rest = _parameter(text)
    return rest[1:]


class _Extended:
    """A file name in the pieces of RFC 2231, of which Exim takes the order as it comes and makes RFC 2047 words."""

    def __init__(self) -> None:
        self.raw = b""
        self.decoded = b""
        self.charset = b""
        self.broken = False

    def add(self, text: bytes) -> None:
        """The next piece: `charset'language'text`, of which later pieces have the text alone."""
        self.raw += text
        if self.broken:
            return
        if not self.charset and b"'" in text:
            self.charset, _, text = text.partition(b"'")
            text = text.lstrip(b"'")
        word = b"=?%s?Q?%s?=" % (self.charset or b"NULL", _PERCENT.sub(rb"=\1", text))
        plain = rfc2047.decode(word, None, check_length=False, zero=b" ")
        if len(plain) == len(word):
            self.broken = True
        else:
            self.decoded += plain
