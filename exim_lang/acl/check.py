"""What a condition, a modifier, a control or a verification gets to work with."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from exim_lang.acl.verdict import Result
from exim_lang.errors import EximLangError
from exim_lang.expand.scope import Scope
from exim_lang.records import dataclass, field
from exim_lang.source.text import Text


class AclError(EximLangError):
    """The ACL cannot go on: its verdict is "error", with this log message in Exim's words (empty for none)."""


@dataclass(slots=True)
class Messages:
    """The message for the client and the one for the log, as far as they are known; nested ACLs share them."""

    user: bytes | None = None
    log: bytes | None = None


@dataclass(slots=True)
class Check:
    """One condition or modifier at the moment that its turn has come.

    `text` is the argument as written, `value` the argument after expansion; the same bytes for those that expand it themselves
    or not at all. `phase` is a name of `exim_lang.acl.phases`, or "" outside of any. A condition that cannot be decided raises
    Deferred, one that makes no sense AclError. `nested(name, arguments)` runs another ACL.
    """

    scope: Scope
    phase: str
    verb: str
    name: str
    text: Text
    value: bytes
    variable: str
    messages: Messages
    nested: Callable[[bytes, Sequence[bytes]], Result]
    callout_deferred: bool = field(default=False)
    """Set by a verification that was put off by a callout: then its own message may be shown to the client."""
    reject_logs: tuple[str, ...] | None = None
    """Set by `log_reject_target`: the logs that rejections go to from here on."""
