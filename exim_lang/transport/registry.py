"""Transport drivers by name, and what each of them gets to work with (specification chapters 24 and 26 to 30)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal, TypeAlias

from exim_lang.errors import EximLangError, ExpansionError
from exim_lang.expand.scope import Scope
from exim_lang.model.config import Driver
from exim_lang.plugins import Registry
from exim_lang.records import dataclass, field
from exim_lang.route.address import RoutedAddress
from exim_lang.source.text import Text
from exim_lang.transport.delivery import Copy, Identity, Target

UNKNOWN: Final = -1
BAD_UGID: Final = -6
BAD_MODE: Final = -7
NOT_REGULAR: Final = -4
NOT_ABSOLUTE: Final = -21
QUOTA: Final = -22
HEADERS: Final = -25
EXPANSION: Final = -27
NO_GROUP: Final = -28
NO_USER: Final = -29
UNKNOWN_HOST: Final = -32
BAD_CREATE: Final = -34
"""What the log shows in parentheses; positive numbers are those of the system."""


class Refused(EximLangError):
    """The transport does not deliver: `message` and `errno` as Exim logs them, with the system's words in front if positive."""

    def __init__(
        self, message: str, errno: int = UNKNOWN, *, status: Literal["deferred", "failed"] = "deferred", panic: bool = False
    ) -> None:
        super().__init__(message)
        self.errno = errno
        self.status = status
        self.panic = panic


@dataclass(slots=True)
class Job:
    """One transport at work on some addresses; the first of them is what the variables show.

    `own_return_path` is what the envelope has before the option `return_path`.
    """

    scope: Scope
    transport: Driver
    addresses: Sequence[RoutedAddress]
    return_path: bytes = b""
    identity: Identity = Identity()
    copy: Copy = Copy()
    transport_filter: tuple[bytes, ...] = ()
    signatures: tuple[bytes, ...] = ()
    log: list[str] = field(default_factory=list)
    """Lines for the main log beside those about the addresses."""

    @property
    def address(self) -> RoutedAddress:
        return self.addresses[0]

    @property
    def name(self) -> str:
        return self.transport.name

    def flag(self, name: str) -> bool:
        """A boolean option of the transport."""
        return bool(self.transport.option(name))

    def number(self, name: str) -> int:
        """An option that is a number or a time."""
        value = self.transport.option(name)
        return value if isinstance(value, int) else 0

    def expand(self, text: Text | str | bytes) -> bytes:
        """The value of a string; raises ExpansionError."""
        return self.scope.expand(text)

    def string(self, name: str) -> str:
        """An option that is a string and is not expanded; empty when it is unset."""
        text = self.transport.text(name)
        return "" if text is None else text.string

    def option_value(self, name: str, what: str, *, errno: int = UNKNOWN) -> bytes | None:
        """A string option expanded, None when it is unset; what fails is refused as `what` for this transport."""
        text = self.transport.text(name)
        if text is None:
            return None
        try:
            return self.expand(text)
        except ExpansionError as error:
            raise Refused(
                f'Expansion of "{text}" ({what} for {self.name} transport) failed: {error.message}', errno, panic=True
            ) from error


TransportFunction: TypeAlias = Callable[[Job], Target]

TRANSPORTS: Registry[TransportFunction] = Registry("transport driver", "exim_lang.transport.drivers", "exim_lang.transports")


def transport_driver(name: str) -> Callable[[TransportFunction], TransportFunction]:
    """Registers a transport driver: a function that says where the message goes, and raises Refused where it does not."""

    def register(function: TransportFunction) -> TransportFunction:
        TRANSPORTS.add(name, function)
        return function

    return register
