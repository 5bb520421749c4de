"""SQL lookups: values quoted for a query, rows as one string, servers named in a query (specification 9.21 to 9.23)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from exim_lang.expand.string_list import split_list
from exim_lang.search.registry import SearchDeferred
from exim_lang.search.search import obsolete_syntax
from exim_lang.taint import is_tainted

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

_SERVERS: Final = re.compile(rb"servers\s*=([^;]*);\s*")
_LETTERS: Final = {0x0A: b"\\n", 0x09: b"\\t", 0x0D: b"\\r", 0x08: b"\\b", 0x22: b'\\"', 0x5C: b"\\\\"}


def quote_value(value: bytes, single_quote: bytes) -> bytes:
    """Newline, tab, carriage return, backspace as letters behind a backslash; `"` and backslash behind one, too.

    `single_quote` is what stands for a single quote.
    """
    return b"".join(single_quote if byte == 0x27 else _LETTERS.get(byte) or bytes([byte]) for byte in value)


def bare_query(scope: Scope, title: str, query: bytes) -> bytes:
    """The query behind `servers=...;`, the older way to name servers, of which Exim warns.

    `title` is what Exim calls the server ("MySQL"). Raises SearchDeferred where the query taints the name of the server.
    """
    match = _SERVERS.match(query)
    if match is None:
        return bytes(query)
    obsolete_syntax(scope)
    if is_tainted(query):
        first = next(iter(split_list(match[1])), b"")
        shown = b"/".join(first.split(b"/")[:2]).decode("latin-1")
        raise SearchDeferred(f'{title} server "{shown}" is tainted')
    return bytes(query)[match.end() :]


def quote_field(value: bytes) -> bytes:
    """A value behind its name: in double quotes when it is empty, has white space or starts with a quote."""
    if value and not value.startswith(b'"') and not any(space in value for space in b" \t\n\r"):
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
