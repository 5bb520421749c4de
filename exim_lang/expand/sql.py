"""SQL lookups: values quoted for a query, rows as one string (specification 9.21 and 9.22)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

_LETTERS: Final = {b"\n": b"\\n", b"\t": b"\\t", b"\r": b"\\r", b"\b": b"\\b", b'"': b'\\"', b"\\": b"\\\\"}
_SPECIAL: Final = re.compile(rb"""[\n\t\r\x08"'\\]""")


def quote_value(value: bytes, single_quote: bytes) -> bytes:
    """Newline, tab, carriage return, backspace as letters behind a backslash; `"` and backslash behind one, too.

    `single_quote` is what stands for a single quote.
    """
    if _SPECIAL.search(value) is None:
        return value
    return _SPECIAL.sub(lambda found: single_quote if found[0] == b"'" else _LETTERS[found[0]], value)


def quote_field(value: bytes) -> bytes:
    """A value behind its name: in double quotes when it is empty, has white space or starts with a quote or NUL."""
    if value and not value.startswith((b'"', b"\0")) and not any(space in value for space in b" \t\n\r"):
        return value
    return b'"' + value.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def sql_rows(names: Sequence[bytes], rows: Iterable[Sequence[bytes]]) -> bytes | None:
    """The rows joined by newlines; None for no rows.

    With one column a row is its value; with several, `name=value ` for each, with the space behind the last one, too.
    """
    lines: list[bytes] = []
    for row in rows:
        if len(names) == 1:
            lines.append(row[0])
        else:
            lines.append(b"".join(name + b"=" + quote_field(value) + b" " for name, value in zip(names, row, strict=True)))
    return b"\n".join(lines) if lines else None
