"""`${imapfolder{name}{separator}{special characters}}`: names of Maildir folders (specification section 60.2)."""

from __future__ import annotations

import re
from base64 import b64encode

from exim_lang.errors import ExpansionError, ProcessDied
from exim_lang.expand.registry import item
from exim_lang.taint import like


@item("imapfolder", 1, 3)
def imapfolder(name: bytes, separator: bytes = b"/", special: bytes = b"") -> bytes:
    """The UTF-8 folder name in the UTF-7 of IMAP (RFC 3501), its levels joined by dots.

    `special` are more characters to be encoded; a `.` or `/` that is not the separator is not allowed.
    """
    if len(separator) != 1:
        shown = separator.decode("latin-1")
        raise ExpansionError(f'IMAP folder separator must be one character, found "{shown}"')
    if name == separator:
        raise ProcessDied("the name of a folder that is the separator makes Exim crash")
    try:
        text = name.decode("utf-8")
    except UnicodeDecodeError as error:
        cut_off = error.reason == "unexpected end of data"
        reason = "Invalid argument" if cut_off else "Invalid or incomplete multibyte or wide character"
        raise ExpansionError(f"imapfolder: iconv() failed to convert from UTF-8: {reason}") from None
    mark = separator.decode("latin-1")
    levels = re.sub(f"{re.escape(mark)}+", "\0", text.removeprefix(mark).rstrip(mark))
    illegal = next((c for c in levels if c in "./" and ord(c) not in special), None)
    if illegal:
        raise ExpansionError(f"imapfolder: illegal character '{illegal}'")
    plain = {chr(code) for code in range(0x20, 0x7F)} - {chr(code) for code in special}
    return like(b".".join(_encoded(level, plain) for level in levels.split("\0")), name)


def _encoded(text: str, plain: set[str]) -> bytes:
    done: list[bytes] = []
    shifted = ""
    for character in text:
        if character in plain or character == "&":
            if shifted:
                done.append(_shifted(shifted))
                shifted = ""
            done.append(b"&-" if character == "&" else character.encode("ascii"))
        else:
            shifted += character
    if shifted:
        done.append(_shifted(shifted))
    return b"".join(done)


def _shifted(text: str) -> bytes:
    packed = b64encode(text.encode("utf-16-be")).rstrip(b"=").replace(b"/", b",")
    return b"&" + packed + b"-"
