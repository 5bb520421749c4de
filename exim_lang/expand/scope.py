"""What an expansion sees: the one object that compiled strings, lists, ACLs and routers are run against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NoReturn, Protocol

from exim_lang.errors import EximLangError
from exim_lang.expand.state import Address, Connection, Message, Process, Report
from exim_lang.expand.verification import Verified, VerifyRequest
from exim_lang.records import dataclass, field

if TYPE_CHECKING:
    from exim_lang.expand.engine import Compiled
    from exim_lang.model.config import Config
    from exim_lang.source.text import Text
    from exim_lang.world.world import World


class ListMatch(Protocol):
    """How a list is matched; exim_lang.lists puts it into the scope.

    `kind` is "domain", "host", "address", "localpart" or "string"; `items` an expanded list. Returns the value that the
    match yields (`$domain_data` and its kin), or None for no match. `leaves_value` lets `$value` be what an item yielded that
    came close, as Exim does in conditions of expansions. Raises Deferred when it cannot be decided.
    """

    def __call__(
        self, scope: Scope, kind: str, subject: bytes, items: bytes, *, caseless: bool = True, leaves_value: bool = False
    ) -> bytes | None: ...


class RunAcl(Protocol):
    """How `${acl{name}{arg}...}` and the condition `acl` run an ACL; exim_lang.acl puts it into the scope.

    Returns (verdict, message): verdict is "accept", "deny", "defer", "discard", "drop" or "error".
    """

    def __call__(self, scope: Scope, acl: bytes, arguments: Sequence[bytes]) -> tuple[str, bytes | None]: ...


class VerifyAddress(Protocol):
    """How addresses are verified (`verify = recipient`, VRFY, ...); routing puts itself into the scope.

    Raises ClosedWorld where nobody can tell.
    """

    def __call__(self, scope: Scope, address: bytes, request: VerifyRequest) -> Verified: ...


class ExpandAddress(Protocol):
    """How EXPN is answered; routing puts itself into the scope. Returns the reply lines, codes included, without CRLF."""

    def __call__(self, scope: Scope, address: bytes) -> list[bytes]: ...


def _later_layer_missing(*_: object, **__: object) -> NoReturn:
    raise EximLangError("this scope was made without the layer that this needs")


class Watch(Protocol):
    """What is told of everything that a configuration does."""

    def compiled(self, text: object, string: str, scope: Scope) -> Compiled:
        """The function that expands `string`, which is `text` as it was given (a Text knows its place)."""
        ...

    def step(self, step: object) -> None:
        """Takes each exim_lang.acl.verdict.Step, and each exim_lang.route.address.Step."""
        ...


@dataclass(slots=True)
class Scope:
    """Everything a configuration string can refer to.

    `numeric` is `$0`, `$1`, ... of the last match; `value`, `item` and `arguments` are `$value`, `$item` and
    `$acl_arg1` ...; all are put back by whoever set them. `where` is the ACL phase or the driver that is being evaluated, in
    Exim's words ("RCPT", "router", ...), for messages. `log` collects main, reject and panic log lines as (log, line).
    """

    config: Config
    world: World
    connection: Connection = field(default_factory=Connection)
    message: Message = field(default_factory=Message)
    address: Address | None = None
    sender_address_data: bytes | None = None
    process: Process = field(default_factory=Process)
    numeric: tuple[bytes | None, ...] = ()
    value: bytes | None = None
    item: bytes | None = None
    arguments: tuple[bytes, ...] = ()
    acl_depth: int = 0
    where: str = ""
    log_place: str = ""
    """What a log line says of where a string stands: ` (ACL warn, FILE LINE)`, with the space, or nothing."""
    variables: dict[str, bytes] = field(default_factory=dict)
    """Variables set by name from outside or by a later layer: they win over everything the state says."""
    log: list[tuple[str, str]] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    """What would have been written or sent, until the session makes events of it."""
    debug: Callable[[str], None] | None = None
    """Takes lines of the trace, in Exim's words; None when nobody listens."""
    match_list: ListMatch = _later_layer_missing
    run_acl: RunAcl = _later_layer_missing
    verify_address: VerifyAddress = _later_layer_missing
    expand_address: ExpandAddress = _later_layer_missing
    rewrite_smtp: Callable[[Scope, bytes], bytes] | None = None
    """Applies the rewriting rules for SMTP time (flag S) to what stands behind MAIL FROM: or RCPT TO:."""
    rewrite_message: Callable[[Scope], None] | None = None
    """Applies the other rewriting rules to sender, recipients and header lines of `message`, in place."""
    trace: Callable[[object, object], None] | None = None
    """Takes each node of a traced string with what it came to; None when nobody asked."""
    watch: Watch | None = None
    """Watches every expansion and every step of an ACL, for the coverage of a configuration; None when nobody asked."""
    caches: dict[str, object] = field(default_factory=dict)
    """Per-session caches of lookups, DNS lists, named lists: each owner uses its own key."""

    def expand(self, text: str | bytes | Text) -> bytes:
        """The value of `text` in this scope: `exim_lang.expand.engine.expand` for layers that come before it."""
        from exim_lang.expand.engine import expand

        return expand(text, self)
