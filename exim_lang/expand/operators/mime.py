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
_UNDERSCORES: Final = ("elot_928", "ms_kanji", "shift_jis", "shift_jisx0213")
"""The charsets that iconv() knows by a name with an underscore, of those that Python knows by it."""
_PYTHON_ONLY: Final = """
    037 1125 1140 1250 1251 1252 1253 1254 1255 1256 1257 1258 273 424 646 775 8859 932 936 949 950 ansi-x3-4-1968
    ansi-x3.4-1968 ansi-x3.4-1986 base-64 base64 base64-codec big5-tw bz2 bz2-codec charmap chinese cp-is cp1006
    cp1051 cp154 cp65001 cp720 cp866u csbig5 csibm858 csibm861 csiso58gb231280 csptcp154 cyrillic-asian elot-928
    euc-jis-2004 euc-jis2004 eucgb2312-cn eucjis2004 eucjisx0213 gb18030-2000 gb2312-1980 gb2312-80 hex hex-codec
    hkscs hz hz-gb hz-gb-2312 hzgb ibm039 ibm1051 ibm1125 idna iso-2022-jp-1 iso-2022-jp-2004 iso-2022-jp-ext
    iso-646.irv-1991 iso-8859-1-1987 iso-8859-10-1992 iso-8859-11-2001 iso-8859-14-1998 iso-8859-16-2001
    iso-8859-2-1987 iso-8859-3-1988 iso-8859-4-1988 iso-8859-5-1988 iso-8859-6-1987 iso-8859-7-1987 iso-8859-8-1988
    iso-8859-9-1989 iso-ir-58 iso2022-jp iso2022-jp-1 iso2022-jp-2 iso2022-jp-2004 iso2022-jp-3 iso2022-jp-ext
    iso2022-kr iso2022jp-1 iso2022jp-2 iso2022jp-2004 iso2022jp-3 iso2022jp-ext iso8859 jisx0213 korean ks-c-5601
    ks-c-5601-1987 ks-x-1001 ksc5601 ksx1001 kz-1048 kz1048 l9 latin latin-1 mac-arabic mac-centeuro mac-croatian
    mac-farsi mac-greek mac-iceland mac-latin2 mac-roman mac-romanian mac-turkish maccentraleurope macgreek
    maciceland maclatin2 macroman macturkish ms-kanji ms1361 ms949 ms950 mskanji palmos ptcp154 punycode quopri
    quopri-codec quoted-printable quotedprintable raw-unicode-escape rot-13 rot13 s-jis s-jis-2004 s-jisx0213
    shift-jis-2004 shift-jisx0213 shiftjis shiftjis2004 sjis-2004 sjisx0213 thai tis-620-0 tis-620-2529-0
    tis-620-2529-1 u-jis u16 u32 u7 u8 undefined unicode-1-1-utf-7 unicode-escape unicodebigunmarked
    unicodelittleunmarked utf utf-16-be utf-16-le utf-32-be utf-32-le utf-8-sig utf8-ucs2 utf8-ucs4 uu uu-codec
    x-mac-japanese x-mac-korean x-mac-simp-chinese x-mac-trad-chinese zip zlib zlib-codec
    """
"""What Python takes for the name of a charset, and the C library does not."""
_NOT_OF_ICONV: Final = frozenset(_PYTHON_ONLY.split())
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
    if name.lower() in _NOT_OF_ICONV or ("_" in name and name.lower() not in _UNDERSCORES):
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
