"""The log line of a message that has arrived: `ID <= SENDER H=... P=... S=...` (specification chapter 53.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.expand.headers import header_value
from exim_lang.smtp import logline
from exim_lang.smtp.replies import printed

if TYPE_CHECKING:
    from exim_lang.smtp.session import Session


def arrival_line(session: Session, fake: str, raw: tuple[bytes, list[bytes]] | None = None) -> str:
    """The line for the message of the session; `(=` where the client is told that it was refused.

    `raw` are sender and recipients as they were given, where that is not what became of them.
    """
    scope = session.scope
    connection, message = scope.connection, scope.message
    sender = (message.sender or b"").decode("latin-1") or "<>"
    parts = [f"{message.id.decode('latin-1')} {'(=' if fake == 'fakereject' else '<='} {sender}"]
    parts.append(logline.host_and_ident(scope) + logline.tls_details(scope))
    if connection.received_protocol:
        parts.append("P=" + connection.received_protocol.decode("latin-1"))
    if connection.authenticated_by:
        login = connection.authenticated_by
        if connection.authenticated_id:
            login += b":" + connection.authenticated_id
        if message.authenticated_sender and logline.selected(scope, "smtp_mailauth"):
            login += b":" + message.authenticated_sender
        parts.append("A=" + login.decode("latin-1"))
    if session.transaction.prdr:
        parts.append("PRDR")
    if connection.proxy_local_address and logline.selected(scope, "proxy"):
        parts.append("PRX=" + connection.proxy_local_address.decode("latin-1"))
    if session.chunked:
        parts.append("K")
    parts.append(f"S={delivered_size(session)}")
    if message.queue_name:
        parts.append("Q=" + message.queue_name.decode("latin-1"))
    if session.transaction.dkim_domain and logline.selected(scope, "dkim"):
        parts.append("DKIM=" + session.transaction.dkim_domain.decode("latin-1"))
    identity = header_value(scope, b"message-id", "rh")
    created = session.transaction.identity_created
    if identity is not None and logline.selected(scope, "msg_id_created" if created else "msg_id"):
        parts.append(("id*=" if created else "id=") + printed(identity.strip().removeprefix(b"<").removesuffix(b">")))
    subject = header_value(scope, b"subject", "rh") if logline.selected(scope, "subject") else None
    if subject is not None:
        parts.append(f'T="{printed(subject.strip())}"')
    line = " ".join(parts)
    if logline.selected(scope, "received_sender"):
        line += f" from <{(raw[0] if raw else message.sender or b'').decode('latin-1')}>"
    if logline.selected(scope, "received_recipients"):
        line += " for " + " ".join(one.decode("latin-1") for one in (raw[1] if raw else message.recipients))
    return line


def delivered_size(session: Session) -> int:
    """Bytes of the message as it is kept, with Exim's own header lines."""
    message = session.scope.message
    return sum([len(header.text) for header in message.headers or () if header.kind != "*"]) + 1 + len(message.body)
