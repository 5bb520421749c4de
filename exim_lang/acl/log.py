"""Log lines that ACLs write, and the words that they start with (specification chapter 53)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exim_lang.expand.registry import VARIABLES

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import Config

_ESCAPES = {0x0A: "\\n", 0x0D: "\\r", 0x08: "\\b", 0x0B: "\\v", 0x0C: "\\f"}


def write(scope: Scope, logs: tuple[str, ...], line: str) -> None:
    """Writes one line to each of `logs` ("main", "reject", "panic")."""
    scope.log.extend((log, line) for log in logs)


def printing(value: bytes) -> str:
    """The value with what cannot be printed as escapes, as log lines show it."""
    return "".join(_ESCAPES.get(code) or (chr(code) if 32 <= code < 127 or code == 9 else f"\\{code:03o}") for code in value)


def selected(config: Config, selector: str, default: bool) -> bool:
    """Whether `log_selector` asks for this kind of line or detail; `default` is what holds without being named."""
    text = config.text("log_selector")
    wanted = default
    for sign, name in re.findall(r"([+-])[ \t\n]*(\w+)", text.string if text is not None else ""):
        if name in (selector, "all"):
            wanted = sign == "+"
    return wanted


def host_and_ident(scope: Scope) -> str:
    """Who the client is: `H=name (helo) [address]`, interface and ident; `U=ident` for a local one."""
    connection = scope.connection
    ident = connection.ident.decode("latin-1") if connection.ident else ""
    if not connection.host_address:
        return f"U={ident or 'unknown'}"
    host = VARIABLES["sender_fullhost"].function(scope) or b""
    line = "H=" + host.decode("latin-1")
    if connection.interface_address and selected(scope.config, "incoming_interface", False):
        line += f" I=[{connection.interface_address.decode('latin-1')}]:{connection.interface_port}"
    return f"{line} U={ident}" if ident else line
