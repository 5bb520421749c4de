"""MIME words in header lines: `=?charset?encoding?text?=` (RFC 2047, specification section 11.5, `$header_`)."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Final

from exim_lang.taint import like

_LONGEST_WORD: Final = 75
_SPACES: Final = b" \t\n\v\f\r"
WORD: Final = re.compile(rb"=\?([^?\0]*)\?(.)\?(.*?)\?=", re.DOTALL)
_BASE64: Final = re.compile(rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_QUOTED: Final = re.compile(rb"(?:[^= \t]|=[0-9A-Fa-f]{2})*")
_HEXADECIMAL: Final = re.compile(rb"=([0-9A-Fa-f]{2})")


def decode(value: bytes, charset: str | None, *, check_length: bool = True, zero: bytes = b"?") -> bytes:
    """`value` with its MIME words decoded and translated to `charset` (None: not translated); as tainted as `value`.

    What looks like a word but is none stays as it is, with `check_length` (the option `check_rfc2047_length`) also one
    of more than 75 characters. Where a charset is unknown, or a character cannot be translated, the bytes of the word
    from there on are put in untranslated. White space between two words is dropped, a binary zero becomes `zero`.
    """
    if b"=?" not in value:
        return value
    parts: list[bytes] = []
    at = searched = 0
    while (word := WORD.search(value, searched)) is not None:
        decoded = decoded_word(word, check_length)
        if decoded is None:
            searched = word.start() + 2  # a word may start within what looked like one
            continue
        between = value[at : word.start()]
        if not (parts and not between.strip(_SPACES)):
            parts.append(between)
        translated = _translated(decoded, word[1].decode("latin-1"), charset)
        parts.append(translated.replace(b"\0", zero))
        at = searched = word.end()
    if not parts:
        return value
    parts.append(value[at:])
    return like(b"".join(parts), value)


def decoded_word(word: re.Match[bytes], check_length: bool) -> bytes | None:
    """The bytes of a word, in its own charset; None where it is not well-formed."""
    if check_length and word.end() - word.start() > _LONGEST_WORD:
        return None
    text = word[3]
    match word[2]:
        case b"B" | b"b":
            packed = text.translate(None, _SPACES)
            return b64decode(packed) if _BASE64.fullmatch(packed) else None
        case b"Q" | b"q":
            if not _QUOTED.fullmatch(text):
                return None
            spaced = text.replace(b"_", b" ")
            return _HEXADECIMAL.sub(lambda found: bytes.fromhex(found[1].decode("ascii")), spaced)
        case _:
            return None


def _translated(data: bytes, source: str, target: str | None) -> bytes:
    """As iconv() does it: all up to the first byte that cannot be translated, and the rest as it was."""
    if target is None or not source or source.lower() == target.lower():
        return data
    try:
        text = data.decode(source)
        done = len(data)
    except (LookupError, ValueError) as error:
        if not isinstance(error, UnicodeDecodeError):
            return data  # no such charset
        done = error.start
        text = data[:done].decode(source)
    try:
        return text.encode(target) + data[done:]
    except (LookupError, ValueError) as error:
        if not isinstance(error, UnicodeEncodeError):
            return data
        good = text[: error.start]
        return good.encode(target) + data[len(good.encode(source)) :]
