"""What happened in a conversation, as data: decisions of the phases, messages taken, reports that would have been sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from exim_lang.acl.verdict import Verdict
from exim_lang.expand.state import Report
from exim_lang.records import dataclass, field

if TYPE_CHECKING:
    from exim_lang.expand.state import Header


@dataclass(frozen=True, slots=True)
class Decision:
    """How one phase ended.

    `phase` is "CONNECT", "HELO", "MAIL", "RCPT", "DATA", ... as in `exim_lang.acl.phases`; `command` is what the client said
    ("" for CONNECT and after DATA); `subject` the address or name it is about. `acl` is the ACL's verdict, None where something
    else decided (syntax, limits, no ACL), and then `reason` says what. `reply` is all that the client was told.
    """

    phase: str
    command: bytes
    subject: bytes
    accepted: bool
    reply: bytes
    acl: Verdict | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that was accepted, as it would be delivered.

    `headers` holds the header lines after additions, removals and Exim's own ones; `body` has lines that end with LF.
    `fake` is "reject" or "defer" where a control makes the client believe that it was not accepted.
    """

    id: bytes
    sender: bytes
    recipients: tuple[bytes, ...]
    headers: tuple[Header, ...]
    body: bytes
    fake: str = ""
    controls: dict[str, bytes] = field(default_factory=dict)


Event: TypeAlias = Decision | Taken | Report
