"""Log lines that ACLs write (specification chapter 53)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

_ESCAPES = {0x0A: "\\n", 0x0D: "\\r", 0x08: "\\b", 0x0B: "\\v", 0x0C: "\\f"}


def write(scope: Scope, logs: tuple[str, ...], line: str) -> None:
    """Writes one line to each of `logs` ("main", "reject", "panic")."""
    scope.log.extend((log, line) for log in logs)


def printing(value: bytes) -> str:
    """The value with what cannot be printed as escapes, as log lines show it."""
    return "".join(_ESCAPES.get(code) or (chr(code) if 32 <= code < 127 or code == 9 else f"\\{code:03o}") for code in value)
