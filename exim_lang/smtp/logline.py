"""The words that log lines have in common: who the client is, and is this kind of line wanted? (specification chapter 53)"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Self, TypeAlias

from exim_lang.expand.full_host import host_and_ident
from exim_lang.expand.options import log_selected

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

__all__ = ["LogBook", "host_and_ident", "print_time", "selected", "sender_and_login", "tls_details"]

Listener: TypeAlias = Callable[[tuple[str, ...], str], None]
"""Is told the logs and the text of a line that is written."""


class LogBook(list[tuple[str, str]]):
    """The log of a scope while a session lasts: each line gets the id of the message in front, and a listener is told of it."""

    def __init__(self, lines: Iterable[tuple[str, str]], listener: Listener | None) -> None:
        super().__init__(lines)
        self.message_id = ""
        self.listener = listener

    def append(self, entry: tuple[str, str]) -> None:
        """One line to one log."""
        self.extend([entry])

    def extend(self, entries: Iterable[tuple[str, str]]) -> None:
        """Several lines; the listener is told once of one that goes to several logs."""
        prefix = f"{self.message_id} " if self.message_id else ""
        written = [(name, prefix + line) for name, line in entries]
        super().extend(written)
        if self.listener is not None:
            told: dict[str, list[str]] = {}
            for name, line in written:
                told.setdefault(line, []).append(name)
            for line, names in told.items():
                self.listener(tuple(names), line)

    def __iadd__(self, entries: Iterable[tuple[str, str]]) -> Self:  # type: ignore[override,misc]
        self.extend(entries)
        return self


DEFAULT_SELECTORS = frozenset({
    "acl_warn_skipped", "connection_reject", "delay_delivery", "dkim", "dnslist_defer", "etrn", "host_lookup_failed",
    "lost_incoming_connection", "msg_id", "queue_run", "queue_time_exclusive", "rejected_header", "retry_defer",
    "sender_verify_fail", "size_reject", "skip_delivery", "smtp_confirmation", "tls_certificate_verified", "tls_cipher",
})  # fmt: skip


def selected(scope: Scope, selector: str) -> bool:
    """Whether `log_selector` asks for this kind of line or detail."""
    return log_selected(scope, selector, selector in DEFAULT_SELECTORS)


def sender_and_login(scope: Scope) -> str:
    """`F=<sender> A=authenticator:id ` for lines about a message."""
    connection = scope.connection
    line = f"F=<{(scope.message.sender or b'').decode('latin-1')}>"
    if connection.authenticated_by:
        line += " A=" + connection.authenticated_by.decode("latin-1")
        if connection.authenticated_id:
            line += ":" + connection.authenticated_id.decode("latin-1")
    return line + " "


def tls_details(scope: Scope) -> str:
    """` X=cipher CV=yes ...` for lines about an encrypted connection."""
    tls = scope.connection.tls_in
    line = ""
    if tls.cipher and selected(scope, "tls_cipher"):
        line += " X=" + tls.cipher.decode("latin-1")
    if tls.cipher and selected(scope, "tls_certificate_verified"):
        line += " CV=" + ("yes" if tls.certificate_verified else "no")
    if tls.peer_dn and selected(scope, "tls_peerdn"):
        line += f' DN="{tls.peer_dn.decode("latin-1")}"'
    if tls.sni and selected(scope, "tls_sni"):
        line += f' SNI="{tls.sni.decode("latin-1")}"'
    return line


def print_time(seconds: int) -> str:
    """Seconds as Exim writes times: `1w2d3h4m5s`, without the parts that are zero; `0s` for none."""
    parts = []
    for letter, size in (("w", 604800), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(f"{number}{letter}")
    return "".join(parts) or "0s"
