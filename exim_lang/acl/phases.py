"""The ACLs by when they are run: the names used here, and the words that Exim's messages have for them.

    name     option            Exim's word        name      option              Exim's word
    CONNECT  acl_smtp_connect  connection         NOTSMTP   acl_not_smtp        non-SMTP
    HELO     acl_smtp_helo     EHLO or HELO       RCPT      acl_smtp_rcpt       RCPT          (and so on)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exim_lang.model.dialect import Dialect
    from exim_lang.syntax.acl_names import AclFact

MESSAGE_PHASES = frozenset({"RCPT", "MAIL", "PREDATA", "MIME", "DKIM", "DATA", "PRDR", "NOTSMTP"})
"""Where a message is being received: the phases that may discard and whose `warn` may add header lines."""

_WORDS = {"CONNECT": "connection", "HELO": "EHLO or HELO", "NOTSMTP": "non-SMTP", "NOTSMTP_START": "non-SMTP-start"}


def spoken(phase: str) -> str:
    """What Exim calls a phase in its messages; `unknown` for "", which is no phase at all."""
    return _WORDS.get(phase, phase) or "unknown"


def in_dialect(fact: AclFact | None, dialect: Dialect) -> bool:
    """Whether an Exim of this dialect has the name; a name without facts comes from a plug-in, and is always there."""
    if fact is None:
        return True
    return fact.known_in(dialect.version, dialect.switched_on) and dialect.has_feature(fact.feature)
