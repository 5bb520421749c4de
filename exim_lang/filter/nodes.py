"""The nodes of an Exim filter (the document on Exim's interface to mail filtering, chapter 3).

Strings are as they stand in the file, quotes and their escapes gone, not yet expanded.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from exim_lang.records import dataclass, field

TestName: TypeAlias = Literal["begins", "ends", "is", "matches", "contains", "above", "below"]
FactName: TypeAlias = Literal["delivered", "error_message", "first_delivery", "manually_thawed"]
MailField: TypeAlias = Literal[
    "to", "cc", "bcc", "from", "reply_to", "subject", "extra_headers", "text", "file", "log", "once", "once_repeat"
]
MAIL_FIELDS: tuple[MailField, ...] = (
    "to", "cc", "bcc", "from", "reply_to", "subject", "extra_headers", "text", "file", "log", "once", "once_repeat"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StringTest:
    """`left name right`; `case` says that the case of letters counts."""

    name: TestName
    left: bytes
    right: bytes
    negated: bool = False
    case: bool = False


@dataclass(frozen=True, slots=True)
class FactTest:
    """`delivered`, `error_message`, `first_delivery`, `manually_thawed`."""

    name: FactName
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Personal:
    """`personal alias a alias b`."""

    aliases: tuple[bytes, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class ForAnyAddress:
    """`foranyaddress string (condition)`."""

    addresses: bytes
    condition: Condition
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Both:
    """Two conditions with `and` or `or` between them."""

    operator: Literal["and", "or"]
    left: Condition
    right: Condition
    negated: bool = False


Condition: TypeAlias = StringTest | FactTest | Personal | ForAnyAddress | Both


@dataclass(frozen=True, slots=True)
class If:
    """`if`, `elif` and `else`: pairs of condition and commands, and the commands of `else`."""

    branches: tuple[tuple[Condition, tuple[Command, ...]], ...]
    otherwise: tuple[Command, ...] = ()


@dataclass(frozen=True, slots=True)
class Add:
    """`add number to variable`."""

    number: bytes
    variable: bytes


@dataclass(frozen=True, slots=True)
class Deliver:
    """`deliver address errors_to address`. `seen` is None where neither `seen` nor `unseen` stands in front; so for others."""

    address: bytes
    errors_to: bytes | None = None
    seen: bool | None = None
    noerror: bool = False


@dataclass(frozen=True, slots=True)
class Save:
    """`save path mode`."""

    path: bytes
    mode: int | None = None
    seen: bool | None = None
    noerror: bool = False


@dataclass(frozen=True, slots=True)
class Pipe:
    """`pipe command`."""

    command: bytes
    seen: bool | None = None
    noerror: bool = False


@dataclass(frozen=True, slots=True)
class Mail:
    """`mail` and `vacation`; `fields` in the order of MAIL_FIELDS."""

    vacation: bool = False
    fields: tuple[tuple[MailField, bytes], ...] = ()
    expand: bool = False
    return_message: bool = False
    seen: bool | None = None
    noerror: bool = False


@dataclass(frozen=True, slots=True)
class LogFile:
    """`logfile path mode`."""

    path: bytes
    mode: int | None = None
    seen: bool | None = None


@dataclass(frozen=True, slots=True)
class LogWrite:
    """`logwrite text`."""

    text: bytes
    seen: bool | None = None


@dataclass(frozen=True, slots=True)
class TestPrint:
    """`testprint text`."""

    __test__ = False

    text: bytes
    seen: bool | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    """`finish`."""

    seen: bool | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """`defer`, `fail` and `freeze`, with their text."""

    name: Literal["defer", "fail", "freeze"]
    text: bytes = b""
    seen: bool | None = None


@dataclass(frozen=True, slots=True)
class Headers:
    """`headers add`, `headers remove`, `headers charset`."""

    what: Literal["add", "remove", "charset"]
    text: bytes = field(default=b"")


Command: TypeAlias = (
    If | Add | Deliver | Save | Pipe | Mail | LogFile | LogWrite | TestPrint | Finish | Stop | Headers
)
