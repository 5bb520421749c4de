"""What the verification of an address is asked and what it answers: the contract between ACLs, SMTP and routing.

Specification sections 44.45 to 44.51.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from exim_lang.records import dataclass, field

Status: TypeAlias = Literal["ok", "fail", "defer"]


@dataclass(frozen=True, slots=True)
class Callout:
    """What `callout` asks for. Times are seconds; None stands for Exim's defaults (30s; four times that; 5s for `connect`)."""

    timeout: int = 30
    maxwait: int | None = None
    connect: int | None = None
    defer_ok: bool = False
    no_cache: bool = False
    random: bool = False
    use_sender: bool = False
    use_postmaster: bool = False
    hold: bool = False
    mailfrom: bytes | None = None
    """The sender for verify = header_sender."""
    postmaster: bytes | None = None
    """The sender with which the postmaster of the domain is tried besides (often empty); None: it is not."""
    fullpostmaster: bool = False


@dataclass(frozen=True, slots=True)
class Quota:
    """What `quota` asks for: how long positive and negative results are remembered, in seconds."""

    positive: int = 300
    negative: int = 60


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """One question: is this address good, as a sender or as a recipient?"""

    role: Literal["recipient", "sender", "header_sender"] = "recipient"
    callout: Callout | None = None
    quota: Quota | None = None
    success_on_redirect: bool = False
    fake_sender: bool = False
    """The address is not that of the message, but one given with `sender=`."""


@dataclass(frozen=True, slots=True)
class Verified:
    """The answer.

    `log_message` and `user_message` say why it failed. `failure` is the word for `$sender_verify_failure` or
    `$recipient_verify_failure` ("qualify", "route", "mail", "recipient", "postmaster", "quota", or "random" after success).
    `routed` says that routing went well, whatever the callout said; `callout_deferred` that a callout could not be
    completed. `pass_message` allows the client to see the message of a temporary error.
    """

    status: Status
    log_message: bytes | None = None
    user_message: bytes | None = None
    failure: str = ""
    address_data: bytes | None = None
    routed: bool = False
    callout_deferred: bool = False
    pass_message: bool = False
    facts: dict[str, bytes] = field(default_factory=dict)
    """Other variables that routing sets, by name."""
