"""What routing works on: addresses with their ancestors, the hosts that they are routed to, the lists they end up in."""

from __future__ import annotations

from typing import Literal, TypeAlias

from exim_lang.expand.state import Address
from exim_lang.model.config import Driver
from exim_lang.records import dataclass, field
from exim_lang.smtp.envelope import unquote
from exim_lang.taint import like
from exim_lang.world.world import User

Outcome: TypeAlias = Literal["ok", "decline", "pass", "fail", "defer", "discard", "rerouted"]
"""What a router says of an address."""

Purpose: TypeAlias = Literal["deliver", "sender", "recipient", "expn"]
"""What an address is routed for."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The message of a filter's `mail` or `vacation`; everything but `file_expand` and `return_message` is expanded."""

    to: bytes | None = None
    cc: bytes | None = None
    bcc: bytes | None = None
    sender: bytes | None = None
    reply_to: bytes | None = None
    subject: bytes | None = None
    headers: bytes | None = None
    text: bytes | None = None
    file: bytes | None = None
    log: bytes | None = None
    once: bytes | None = None
    once_repeat: int = 0
    file_expand: bool = False
    return_message: bool = False


@dataclass(slots=True)
class Host:
    """A host that a message would be sent to. `mx` is -1 where no MX record names it, `port` -1 for the usual one."""

    name: bytes
    address: bytes | None = None
    mx: int = -1
    port: int = -1
    usable: bool = True
    why: str = ""
    """Why there is no address: "deferred", "insecure", "ignored" or "failed"."""


@dataclass(slots=True)
class Step:
    """One router that an address came to, and what became of it there, in Exim's words."""

    router: str
    outcome: str


@dataclass(eq=False, slots=True)
class RoutedAddress:
    """One address on its way through the routers.

    `state` is what the variables show of it. `generated` says that it is a pipe, a file or an autoreply that a redirect
    router made; `forbidden` that such a thing is not allowed there. `message` is for the log, `user_message` for the client;
    `error` is an error of the system, such as `Unknown host`, in front of it.
    """

    address: bytes
    parent: RoutedAddress | None = None
    unique: bytes = b""
    """What makes a second delivery to it a duplicate; empty stands for the address as it is."""
    state: Address = field(default_factory=Address)
    caseful: bytes = b""
    lower: bytes = b""
    start_router: Driver | None = None
    router: Driver | None = None
    transport: Driver | None = None
    hosts: list[Host] = field(default_factory=list)
    generated: bool = False
    forbidden: bool = False
    setup_error: str = ""
    errors_to: bytes | None = None
    srs_sender: bytes | None = None
    """The rewritten sender that the new addresses are to have."""
    headers_add: tuple[bytes, ...] = ()
    headers_remove: tuple[bytes, ...] = ()
    message: bytes | None = None
    user_message: bytes | None = None
    pass_message: bool = False
    frozen: bool = False
    mode: int = 0
    """The mode of a file that a filter's `save` asked for; 0 without one."""
    expand_pipe: bool = False
    """Whether the command of a pipe is expanded: that of a filter is."""
    reply: Reply | None = None
    """What a filter's `mail` or `vacation` wants to be sent."""
    local_host_removed: bool = False
    user: User | None = None
    steps: list[Step] = field(default_factory=list)

    def child(self, address: bytes) -> RoutedAddress:
        """A new address that this one leads to; it inherits what routers have set."""
        made = RoutedAddress(address, self, errors_to=self.errors_to)
        made.headers_add, made.headers_remove = self.headers_add, self.headers_remove
        state, own = made.state, self.state
        state.address_data, state.router_variables = own.address_data, dict(own.router_variables)
        state.parent, state.original = own, own.original or own
        return made

    @property
    def address_text(self) -> bytes:
        """The file or command of a generated address; empty for others."""
        return bytes(self.address) if self.generated else b""

    def split(self, address: bytes) -> None:
        """Sets local part and domain from `address`: without quotes, the domain in lower case."""
        local_part, _, domain = address.rpartition(b"@")
        self.caseful = unquote(like(local_part, address))
        self.lower = like(self.caseful.lower(), address)
        self.state.domain = like(domain.lower(), address)


@dataclass(slots=True)
class Chains:
    """The addresses that are still to be routed, and those that have a transport. Each list has the newest first."""

    new: list[RoutedAddress] = field(default_factory=list)
    local: list[RoutedAddress] = field(default_factory=list)
    remote: list[RoutedAddress] = field(default_factory=list)


LOCAL_TRANSPORTS = frozenset({"appendfile", "autoreply", "lmtp", "pipe", "queuefile"})


def is_local(transport: Driver | None) -> bool:
    """Whether a transport delivers on this machine."""
    return transport is not None and transport.driver in LOCAL_TRANSPORTS
