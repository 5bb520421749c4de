"""Text in header lines: `${rfc2047:`, `${rfc2047d:`, `${headerwrap_80_998:` (specification section 11.6)."""

from __future__ import annotations

import codecs
import re
from typing import Final

from exim_lang.errors import ExpansionError
from exim_lang.expand import rfc2047
from exim_lang.expand.registry import operator
from exim_lang.expand.scope import Scope

_SPECIAL: Final = b'?=()<>@,;:\\".[]_'
_LONGEST: Final = 67
_TAB: Final = 8
_SPACES: Final = b" \t\n\v\f\r"
_SIZES: Final = re.compile(r"([0-9]+)(?:_([0-9]+))?")


def charset(scope: Scope) -> str:
    """The option `headers_charset`."""
    value = scope.config.option("headers_charset")
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


@operator("rfc2047", scope=True, argument=True)
def encode(scope: Scope, value: bytes, argument: str | None) -> bytes:
    """MIME words in Q encoding, of about 70 characters each; a string without special characters stays as it is."""
    opening = b"=?%s?Q?" % charset(scope).encode("latin-1")
    old = scope.config.dialect.version < (4, 97)  # did not count the opening of the first word
    done: list[bytes] = []
    word = bytearray(opening)
    between = False  # a word is not broken within a pair of encoded bytes, which may be one character
    coded = False
    limit = _LONGEST + len(opening) if old else _LONGEST
    for byte in value:
        if len(word) > limit and not between:
            done.append(bytes(word))
            word = bytearray(opening)
            limit = _LONGEST
        if byte == 0x20:
            word += b"_"
            between = False
        elif byte < 33 or byte > 126 or byte in _SPECIAL:
            word += b"=%02X" % byte
            between = not between
            coded = True
        else:
            word.append(byte)
            between = False
    done.append(bytes(word))
    return b" ".join(piece + b"?=" for piece in done) if coded else value


@operator("rfc2047d", scope=True)
def decode(scope: Scope, value: bytes) -> bytes:
    """The text of MIME words, in the charset of `headers_charset`."""
    check = bool(scope.config.option("check_rfc2047_length"))
    target = charset(scope)
    for found in rfc2047.WORD.finditer(value):
        source = found[1].decode("latin-1")
        if rfc2047.decoded_word(found, check) is None:
            continue
        if source and source.lower() != target.lower() and not (_known(source) and _known(target)):
            reason = "Invalid argument (maybe unsupported conversion)"
            raise ExpansionError(f'iconv_open("{target}", "{source}") failed: {reason}')
    return rfc2047.decode(value, target, check_length=check)


def _known(name: str) -> bool:
    if not name[-1:].isalnum():  # which Python's own search forgives
        return False
    try:
        codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    return True


@operator("headerwrap", argument=True)
def headerwrap(value: bytes, argument: str | None) -> bytes:
    """Lines of at most 80 columns (or the first number) and 998 bytes in all (or the second).

    Lines are broken at white space where there is any, each further one starts with a tab, which counts as eight columns.
    """
    found = _SIZES.fullmatch("80_998" if argument is None else argument)
    if found is None:
        raise ExpansionError(f'non-digit after underscore in "headerwrap_{argument}"')
    columns, most = int(found[1]), int(found[2] or "998")
    lines: list[bytes] = []
    rest = bytes(value)
    width = columns
    while len(rest) > width:
        blank = max((at for at in range(1, width + 1) if rest[at : at + 1].isspace()), default=0)
        lines.append(rest[: blank or width].rstrip(_SPACES))
        rest = rest[blank or width :].lstrip(_SPACES)
        width = max(columns - _TAB, 1)
    lines.append(rest)
    return b"\n\t".join(lines)[:most]
