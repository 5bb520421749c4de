"""What a session knows of its offer to the client and of the message under way (specification chapter 49)."""

from __future__ import annotations

from exim_lang.records import dataclass, field


@dataclass(slots=True)
class Advertised:
    """What the last EHLO reply offered."""

    auth: set[str] = field(default_factory=set)
    chunking: bool = False
    dsn: bool = False
    pipelining: bool = False
    prdr: bool = False
    smtputf8: bool = False
    tls: bool = False
    wellknown: bool = False
    xclient: bool = False
    atrn: bool = False


@dataclass(slots=True)
class Recipient:
    """One recipient that was accepted, with its delivery status notification options."""

    address: bytes
    original: bytes = b""
    notify: frozenset[str] = frozenset()


@dataclass(slots=True)
class Transaction:
    """What is known of the message under way besides `scope.message`."""

    recipients: list[Recipient] = field(default_factory=list)
    discarded: bool = False
    """The MAIL ACL discards every recipient."""
    discard_log: bytes | None = None
    """The log message of the MAIL ACL that discards."""
    blackholed: str = ""
    """Who discarded the message as a whole, as the log says it."""
    too_many: bool = False
    identity_created: bool = False
    """The message came without Message-ID: and got one."""
    dkim_domain: bytes = b""
    """The domain of the last DKIM signature that was good."""
    prdr: bool = False
    rcpt_count: int = 0
    rcpt_reply: bytes | None = None
    rcpt_reply_same: bool = True
    body: int = 0
