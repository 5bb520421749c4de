"""Internationalised domains and local parts as a-labels, `xn--...` (specification section 60.1, RFC 5890 to 5895)."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from exim_lang.expand.string_list import quote_item, split_list

_PREFIX: Final = b"xn--"
_DOT: Final = 0x2E
_DOTS: Final = re.compile("[.\u3002\uff0e\uff61]")
_JOINERS: Final = "\u200c\u200d"


class AlabelError(Exception):
    """What is wrong, in the words of the library that Exim uses."""


def domain_to_alabel(domain: bytes) -> bytes:
    """`domain` (UTF-8) with each label in ASCII, mapped and checked by IDNA 2008; one in ASCII stays as it is."""
    if domain.isascii():
        return domain
    import idna  # its tables are large, and few strings need them

    try:
        text = domain.decode("utf-8")
    except UnicodeDecodeError:
        raise AlabelError("string encoding error") from None
    try:
        mapped = idna.uts46_remap(text, std3_rules=False, transitional=False)
    except idna.InvalidCodepoint:
        raise AlabelError("string contains a disallowed character") from None
    return b".".join(_label(label) for label in _DOTS.split(mapped))


def _label(label: str) -> bytes:
    if label.isascii():
        return label.encode("ascii")
    check(label)
    encoded = _PREFIX + label.encode("punycode")
    if len(encoded) > 63:
        raise AlabelError("punycode encoded data will be too large")
    return encoded


def check(label: str) -> None:
    """Raises AlabelError for a label that IDNA 2008 does not allow."""
    import idna
    from idna import idnadata
    from idna.intranges import intranges_contain

    if label[2:4] == "--":
        raise AlabelError("string contains forbidden two hyphens pattern")
    if label[0] == "-" or label[-1] == "-":
        raise AlabelError("string start/ends with forbidden hyphen")
    if unicodedata.category(label[0])[0] == "M":
        raise AlabelError("string contains a forbidden leading combining character")
    for position, character in enumerate(label):
        code = ord(character)
        if character in _JOINERS:
            if not _in_context(label, position):
                raise AlabelError("string contains a forbidden context-j character")
        elif intranges_contain(code, idnadata.codepoint_classes["CONTEXTO"]):
            if not idna.valid_contexto(label, position):
                raise AlabelError("string contains a forbidden context-o character")
        elif code < 0x80:
            if not (character.isalnum() or character in "-_"):
                raise AlabelError("A-label roundtrip failed")
        elif not intranges_contain(code, idnadata.codepoint_classes["PVALID"]):
            raise AlabelError("string contains a disallowed character")
    try:
        idna.check_bidi(label)
    except idna.IDNABidiError:
        raise AlabelError("string has forbidden bi-directional properties") from None


def _in_context(label: str, position: int) -> bool:
    import idna

    try:
        return bool(idna.valid_contextj(label, position))
    except ValueError:
        return False


def domain_from_alabel(domain: bytes) -> bytes:
    """`domain` with its labels `xn--...` in UTF-8; nothing is checked but that they can be decoded."""
    done = b""
    # Exim reads the domain as a list: doubled dots stand for one, white space around a label is dropped.
    for label in split_list(bytes(domain), _DOT):
        read = quote_item(_decoded(label) if label.startswith(_PREFIX) else label, _DOT)
        done = done + b"." + read if done else read
    return done


def local_part_to_alabel(local_part: bytes) -> bytes:
    """`local_part` (UTF-8) as one label, unless it is ASCII."""
    if local_part.isascii():
        return local_part
    try:
        return _PREFIX + local_part.decode("utf-8").encode("punycode")
    except UnicodeDecodeError:
        raise AlabelError("l_u2a: bad UTF-8 input") from None


def local_part_from_alabel(label: bytes) -> bytes:
    """What the label stands for, in UTF-8."""
    if not label.startswith(_PREFIX):
        raise AlabelError("bad alabel prefix")
    return _decoded(label)


def _decoded(label: bytes) -> bytes:
    try:
        return label[len(_PREFIX) :].decode("punycode").encode("utf-8")
    except UnicodeError:
        raise AlabelError("Invalid input") from None
