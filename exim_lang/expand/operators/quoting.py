"""Quoting and escaping (specification section 11.6)."""

from __future__ import annotations

import re
from typing import Final

from exim_lang.errors import ExpansionError
from exim_lang.expand.limits import bounded
from exim_lang.expand.registry import operator
from exim_lang.expand.scope import Scope
from exim_lang.search import search
from exim_lang.taint import like

_PLAIN: Final = re.compile(rb"[A-Za-z0-9_.-]+")
_DOT_ATOM: Final = re.compile(rb"(?!\.)[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.]+(?<!\.)")
_NOT_ALPHANUMERIC: Final = re.compile(rb"[^A-Za-z0-9]")
_NOT_VISIBLE: Final = re.compile(rb"[^!-~]")
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_CONTROL_OR_HIGH: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f-\xff]")
_HIGH: Final = re.compile(rb"[\\\x7f-\xff]")
_LETTERS: Final = {0x0A: b"\\n", 0x0D: b"\\r", 0x08: b"\\b", 0x0B: b"\\v", 0x0C: b"\\f"}


def in_quotes(value: bytes) -> bytes:
    """The string in double quotes; quotes and backslashes escaped, newlines as `\\n`, carriage returns as `\\r`."""
    escaped = value.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n").replace(b"\r", b"\\r")
    return b'"' + escaped + b'"'


def _octal(found: re.Match[bytes]) -> bytes:
    code = found[0][0]
    return _LETTERS.get(code) or b"\\%03o" % code


def printing(value: bytes, *, high: bool = False) -> str:
    """The string with backslash forms for what does not print; `high` says that bytes from 128 on do. Of latin-1."""
    return (_CONTROL if high else _CONTROL_OR_HIGH).sub(_octal, value).decode("latin-1")


@operator("quote", argument=True, scope=True, taint="own")
def quote(scope: Scope, value: bytes, argument: str | None) -> bytes:
    """Quotes what is not a plain word; `quote_TYPE`, also `quote_TYPE_option`, quotes for a lookup of that type."""
    if argument is None:
        return value if _PLAIN.fullmatch(value) else like(bounded(in_quotes(value)), value)
    name, underscore, option = argument.encode("latin-1").partition(b"_")
    return search.quote(name, value, option if underscore else None, scope.config.dialect)


@operator("quote_local_part", argument=True)
def quote_local_part(value: bytes, argument: str | None) -> bytes:
    """Quotes what could not stand as a local part of an address otherwise."""
    if argument is not None:
        raise ExpansionError('unknown lookup type "local"')
    return value if _DOT_ATOM.fullmatch(value) else in_quotes(value)


@operator("rxquote")
def rxquote(value: bytes) -> bytes:
    """A backslash before everything but letters and digits: the regular expression for just that string."""
    return bounded(_NOT_ALPHANUMERIC.sub(rb"\\\g<0>", value))


@operator("hexquote")
def hexquote(value: bytes) -> bytes:
    """`\\xNN` for everything but visible ASCII characters."""
    return _NOT_VISIBLE.sub(lambda found: b"\\x%02x" % found[0][0], value)


@operator("escape", scope=True)
def escape(scope: Scope, value: bytes) -> bytes:
    """Backslash forms for what does not print; `print_topbitchars` says whether bytes from 128 on do."""
    unprinted = _CONTROL if scope.config.option("print_topbitchars") else _CONTROL_OR_HIGH
    return unprinted.sub(_octal, value)


@operator("escape8bit")
def escape8bit(value: bytes) -> bytes:
    """Octal forms for bytes from 127 on and for backslashes."""
    return _HIGH.sub(lambda found: b"\\%03o" % found[0][0], value)
