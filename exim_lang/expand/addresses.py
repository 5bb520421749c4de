"""Mail addresses as RFC 2822 writes them, read by Exim's rules (specification chapters 11, 14 and 47).

`parse_address` reads one mailbox: `user@domain`, `Some Body <user@domain> (comment)`, `<@relay:user@domain>`, a bare
local part. Exim is more generous than the RFC: dots may stand anywhere in a local part, comments need not be closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from exim_lang.errors import EximLangError
from exim_lang.taint import like

LONGEST = 256
"""Bytes of the longest address that Exim takes."""

_SPACE = frozenset(b" \t\n\v\f\r")
_SPECIALS = frozenset(b'()<>@,;:\\".[] ') | frozenset(range(33)) | {127}
_ALPHANUMERIC = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_LABEL = _ALPHANUMERIC | frozenset(b"-")
PLAIN = re.compile(
    rb"([A-Za-z0-9_+=-]++(?:\.[A-Za-z0-9_+=-]++)*+)@([A-Za-z0-9][A-Za-z0-9-]*+(?:\.[A-Za-z0-9][A-Za-z0-9-]*+)*+)"
)
"""What nearly all addresses are, and what needs no reading word by word."""
_UNCHECKED_LITERAL = re.compile(rb"\[[!-Z^-~]*\](?=\s*(?:\(|\Z))")
_LITERAL = frozenset(b"0123456789abcdefABCDEF.:")


class AddressError(EximLangError):
    """A string that is no address; the message is Exim's. `in_group` is as in `Parsed`."""

    in_group = False


class Parsed(NamedTuple):
    """One address. `domain` is empty for an unqualified one; all three are empty for the null address `<>`.

    `start` and `end` are the offsets of the effective address in the text; `in_group` says that the text opened a group
    (or was in one) that its end did not close.
    """

    address: bytes
    local_part: bytes
    domain: bytes
    start: int
    end: int
    in_group: bool = False


def parse_address(
    text: bytes,
    *,
    allow_null: bool = False,
    allow_group: bool = False,
    in_group: bool = False,
    allow_domain_literals: bool = False,
    allow_utf8_domains: bool = False,
    strip_trailing_dot: bool = False,
) -> Parsed:
    """The address in `text`, without its phrase, its comments and its source route; it keeps the taint of the text.

    `allow_null` takes `<>`; `allow_group` takes `name:` in front, and `;` behind when `in_group` or a name was seen.
    The other three are the main options of these names; Exim checks domain literals only within angle brackets.

    Raises AddressError with what Exim says, such as `missing or malformed local part`.
    """
    start, end = (1, len(text) - 1) if text[:1] == b"<" and text[-1:] == b">" else (0, len(text))
    inner = like(text[start:end], text)
    plain = PLAIN.fullmatch(inner)
    if plain is not None and len(inner) <= LONGEST:
        return Parsed(inner, like(plain[1], text), like(plain[2], text), start, end, in_group)
    reader = _Reader(text, allow_null=allow_null, allow_group=allow_group, in_group=in_group)
    reader.literals = allow_domain_literals
    reader.utf8 = allow_utf8_domains
    reader.strip_dot = strip_trailing_dot
    try:
        return reader.mailbox()
    except AddressError as error:
        error.in_group = reader.in_group
        raise


def address_items(text: bytes) -> Iterator[bytes]:
    """The items of a list of addresses such as a `To:` line, split at commas outside quotes, comments and routes."""
    start = 0
    while True:
        start = _skip_space(text, start)
        if start >= len(text):
            return
        end = address_end(text, start)
        yield like(text[start:end], text)
        start = end + 1


def address_end(text: bytes, start: int = 0, *, newline_ends: bool = False) -> int:
    """The offset of the comma (or, on request, newline) that ends the address at `start`, or of the end of the text."""
    at = _skip_comments(text, start)
    routing = text[at : at + 1] == b"@"
    bracketed = False
    at = start
    while at < len(text):
        character = text[at]
        if character == 0x2C and not (routing or bracketed):  # ,
            return at
        if character == 0x0A and newline_ends:
            return at
        if character == 0x5C:  # backslash
            at += 1
        elif character == 0x22:  # "
            at += 1
            while at < len(text) and text[at] != 0x22:
                at += 2 if text[at] == 0x5C else 1
        elif character == 0x28:  # (
            at = _skip_comments(text, at)
            continue
        elif character == 0x3C:  # <
            bracketed = True
        elif character == 0x3E:  # >
            bracketed = routing = False
        elif character == 0x3A:  # :
            routing = False
        at += 1
    return min(at, len(text))


def parse_addresses(text: bytes, **options: bool) -> Iterator[Parsed | AddressError]:
    """Each address of a list, groups allowed: what `parse_address`, given `options`, returns or raises for it."""
    in_group = False
    for item in address_items(text):
        try:
            parsed = parse_address(item, allow_group=True, in_group=in_group, **options)
        except AddressError as error:
            in_group = error.in_group
            yield error
        else:
            in_group = parsed.in_group
            yield parsed


def _skip_space(text: bytes, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _skip_comments(text: bytes, at: int) -> int:
    """Behind white space and comments; a comment that is not closed reaches to the end."""
    while at < len(text):
        if text[at] == 0x28:  # (
            depth = 0
            while at < len(text):
                if text[at] == 0x5C:
                    at += 1
                elif text[at] == 0x28:
                    depth += 1
                elif text[at] == 0x29:
                    depth -= 1
                at += 1
                if depth == 0:
                    break
        elif text[at] in _SPACE:
            at += 1
        else:
            return at
    return len(text)


class _Reader:
    """Reads one mailbox; every method starts at `self.at` and leaves it behind what it read and the comments there."""

    def __init__(self, text: bytes, *, allow_null: bool, allow_group: bool, in_group: bool) -> None:
        # Exim's strings end at a zero byte.
        self.text = bytes(text).partition(b"\0")[0]
        self.model = text
        self.allow_null = allow_null
        self.allow_group = allow_group
        self.in_group = in_group
        self.literals = False
        self.utf8 = False
        self.strip_dot = False
        self.at = 0

    def peek(self) -> bytes:
        return self.text[self.at : self.at + 1]

    def skip(self, characters: int = 0) -> None:
        self.at = _skip_comments(self.text, self.at + characters)

    def mailbox(self) -> Parsed:
        self.skip()
        if self.peek() in (b"", b";"):
            raise AddressError("empty address")
        if self.peek() not in (b"<", b"@"):
            begin = self.at
            first = self.local_part(allow_null=True)
            if self.peek() == b":" and self.allow_group:
                return self.group()
            if self.peek() in (b"", b"@", b";"):
                return self.ending(self.bare(first, begin))
            self.phrase()
            if self.peek() == b":":
                return self.group()
        if self.peek() == b"@":
            return self.ending(self.address(b""))
        return self.ending(self.bracketed())

    def group(self) -> Parsed:
        self.in_group = True
        self.allow_group = False
        self.skip(1)
        return self.mailbox()

    def phrase(self) -> None:
        """The rest of the words in front of `<`."""
        while self.peek() != b"<" and not (self.allow_group and self.peek() == b":"):
            try:
                self.local_part(allow_null=False)
            except AddressError as error:
                raise AddressError(f'{error.message} (expected word or "<")') from None

    def bare(self, local_part: bytes, start: int) -> Parsed:
        """The rest of an address without angle brackets and without a route."""
        domain = b""
        if self.peek() == b"@":
            self.skip(1)
            domain = self.unchecked_literal() or self.domain(literals=True)
        return self.parsed(local_part, domain, start)

    def bracketed(self) -> Parsed:
        self.skip(1)
        start = self.at
        if self.peek() == b">" and self.allow_null:
            result = self.parsed(b"", b"", start)
        else:
            result = self.address(b">")
        if self.peek() != b">":
            raise self.trailing() if self.peek() else AddressError("'>' missing at end of address")
        self.skip(1)
        return result

    def address(self, terminator: bytes) -> Parsed:
        """What may stand in angle brackets, or without them behind a route."""
        routed = self.peek() == b"@"
        if routed:
            self.route()
        start = self.at
        local_part = self.local_part(allow_null=False)
        domain = b""
        if self.peek() == b"@":
            self.skip(1)
            domain = self.domain(literals=self.literals)
        elif self.peek() != terminator:
            raise AddressError(f'"@" or "." expected after "{local_part.decode("latin-1")}"')
        elif routed:
            raise AddressError("domain missing in source-routed address")
        return self.parsed(local_part, domain, start)

    def parsed(self, local_part: bytes, domain: bytes, start: int) -> Parsed:
        end = self.at
        while end > start and self.text[end - 1] in _SPACE:
            end -= 1
        address = local_part + b"@" + domain if domain else local_part
        model = self.model
        return Parsed(like(address, model), like(local_part, model), like(domain, model), start, end, self.in_group)

    def ending(self, parsed: Parsed) -> Parsed:
        """Nothing may follow, but the end of a group."""
        if len(parsed.address) > LONGEST:
            shown = self.text[:64].decode("latin-1")
            raise AddressError(f"address is ridiculously long: {shown}...")
        if self.peek() == b"":
            return parsed
        if self.in_group and self.peek() == b";":
            return Parsed(parsed.address, parsed.local_part, parsed.domain, parsed.start, parsed.end, False)
        raise self.trailing()

    def trailing(self) -> AddressError:
        rest = self.text[self.at : self.at + 32].decode("latin-1")
        return AddressError(f"malformed address: {rest} may not follow {self.text[: self.at].decode('latin-1')}")

    def local_part(self, *, allow_null: bool) -> bytes:
        """Words between dots, dots wherever they stand; a quoted word keeps its quotes."""
        read = bytearray()
        self.skip()
        while True:
            if self.peek() == b'"':
                self.quoted(read)
            else:
                self.word(read)
            self.skip()
            if self.peek() != b".":
                break
            while self.peek() == b".":
                read += b"."
                self.skip(1)
        if not read and not allow_null:
            raise AddressError("missing or malformed local part")
        return bytes(read)

    def quoted(self, read: bytearray) -> None:
        end = self.at + 1
        while end < len(self.text) and self.text[end] != 0x22:
            end += 2 if self.text[end] == 0x5C else 1
        if end >= len(self.text):
            raise AddressError("unmatched doublequote in local part")
        read += self.text[self.at : end + 1]
        self.at = end + 1

    def word(self, read: bytearray) -> None:
        end = self.at
        while end < len(self.text):
            if self.text[end] == 0x5C:
                end += 2
            elif self.text[end] in _SPECIALS:
                break
            else:
                end += 1
        end = min(end, len(self.text))
        read += self.text[self.at : end]
        self.at = end

    def domain(self, *, literals: bool) -> bytes:
        self.skip()
        if self.peek() == b"[":
            return self.domain_literal(literals)
        read = bytearray()
        while True:
            label = self.label()
            if not label:
                if not (read and self.strip_dot):
                    raise AddressError("domain missing or malformed")
                del read[-1:]
                return bytes(read)
            read += label
            self.skip()
            if self.peek() != b".":
                return bytes(read)
            read += b"."
            self.skip(1)

    def unchecked_literal(self) -> bytes:
        """What stands in square brackets at the end of an address without angle brackets: Exim looks at no character of it."""
        self.skip()
        found = _UNCHECKED_LITERAL.match(self.text, self.at)
        if found is None:
            return b""
        self.at = found.end()
        self.skip()
        return found[0]

    def domain_literal(self, literals: bool) -> bytes:
        if not literals:
            raise AddressError("domain literals not allowed")
        start = self.at
        self.at += 1
        if self.text[self.at : self.at + 5].lower() in (b"ipv6:", b"ipv4:"):
            self.at += 5
        while self.peek() and self.text[self.at] in _LITERAL:
            self.at += 1
        if self.peek() != b"]":
            raise AddressError("malformed domain literal")
        read = self.text[start : self.at + 1]
        self.skip(1)
        return read

    def label(self) -> bytes:
        start = self.at
        while self.at < len(self.text):
            character = self.text[self.at]
            if character < 0x80:
                if character not in (_LABEL if self.at > start else _ALPHANUMERIC):
                    break
                self.at += 1
                continue
            length = _utf8_length(self.text, self.at) if self.utf8 else 0
            if not length:
                break
            self.at += length
        return self.text[start : self.at]

    def route(self) -> None:
        """`@domain,@domain:`, which is read and forgotten."""
        several = False
        while self.peek() == b"@":
            self.skip(1)
            self.domain(literals=self.literals)
            if self.peek() != b",":
                break
            several = True
            self.skip(1)
        if self.peek() != b":":
            raise AddressError("colon expected after route list" if several else "no local part")
        self.skip(1)


def _utf8_length(text: bytes, at: int) -> int:
    """Bytes of the UTF-8 sequence that starts at `at`; 0 when there is none."""
    first = text[at]
    length = 2 if 0xC0 <= first < 0xE0 else 3 if 0xE0 <= first < 0xF0 else 4 if 0xF0 <= first < 0xF8 else 0
    rest = text[at + 1 : at + length]
    return length if len(rest) == length - 1 and all(byte & 0xC0 == 0x80 for byte in rest) else 0
