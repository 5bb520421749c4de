"""What comes of a simulated delivery: frozen values, one for each run of a transport.

    Delivery ─ target ─> FileTarget | CommandTarget | SocketTarget | HostsTarget | ReplyTarget | QueueTarget
             ├ copy ───> Copy: the message as it would be written
             ├ shadow ─> Delivery
             └ events ─> Event
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from exim_lang.records import dataclass

Status: TypeAlias = Literal["delivered", "deferred", "failed", "discarded"]
Tls: TypeAlias = Literal["required", "tried", "avoided", "on connect"]


@dataclass(frozen=True, slots=True)
class FileTarget:
    """A file that the message is appended to, or a directory that gets a new file (chapter 26).

    `format` is "mailbox", "mbx", "bsmtp", "maildir", "mailstore" or "file" (one new file in a directory); `mode` that of the
    file. `file_name` is the name of the new file, as far as it is known: `tag` stands at the end of a maildir name.
    `quota` and the others are in bytes and numbers of files, 0 without a limit.
    """

    path: bytes
    is_directory: bool
    format: str
    mode: int
    file_name: bytes = b""
    tag: bytes = b""
    envelope: bytes = b""
    quota: int = 0
    quota_filecount: int = 0
    quota_warn_threshold: int = 0


@dataclass(frozen=True, slots=True)
class CommandTarget:
    """A command that gets the message on its standard input (chapters 28 and 29); `lmtp`: it is spoken to in LMTP."""

    arguments: tuple[bytes, ...]
    environment: tuple[tuple[bytes, bytes], ...] = ()
    umask: int = 0o022
    timeout: int = 0
    lmtp: bool = False
    recipients: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class SocketTarget:
    """A Unix socket that is spoken to in LMTP (chapter 28)."""

    path: bytes
    timeout: int
    recipients: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class TargetHost:
    """One host that is tried: its port, and what is demanded of it. `address` is None where no address was found."""

    name: bytes
    address: bytes | None
    port: int
    tls: Tls
    auth: Literal["required", "tried", ""]
    mx: int = -1
    verify: Literal["required", "tried", ""] = ""
    dane: Literal["required", "tried", ""] = ""
    ocsp: Literal["required", "tried", ""] = ""
    prdr: Literal["tried", ""] = ""
    """Whether an answer for each recipient is asked for: of hosts that offer it, where there are several recipients."""


@dataclass(frozen=True, slots=True)
class HostsTarget:
    """Hosts in the order in which they are tried (chapter 30); `protocol` is "smtp", "lmtp" or "smtps".

    `fallback` are those of `fallback_hosts`, which come into play when none of the others could be spoken to; they are only
    looked up then.
    """

    hosts: tuple[TargetHost, ...]
    protocol: str
    recipients: tuple[bytes, ...]
    helo: bytes
    interface: bytes = b""
    randomize: bool = False
    fallback: tuple[TargetHost, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplyTarget:
    """A new message (chapter 27): its text, and the note files. `recipients` are those that are left after never_mail."""

    message: bytes
    recipients: tuple[bytes, ...]
    log: bytes = b""
    once: bytes = b""
    once_repeat: int = 0
    sent: bool = True


@dataclass(frozen=True, slots=True)
class QueueTarget:
    """A directory that gets copies of the two spool files."""

    directory: bytes


Target: TypeAlias = FileTarget | CommandTarget | SocketTarget | HostsTarget | ReplyTarget | QueueTarget


@dataclass(frozen=True, slots=True)
class Copy:
    """The message as a transport writes it; lines end with a newline.

    `added` and `removed` are header lines, `rewritten` pairs of the line before and after; `text` is all that is written,
    with prefix and suffix, `plain` the message alone with its lines as they are; None for a message that is not at hand.
    """

    added: tuple[bytes, ...] = ()
    removed: tuple[bytes, ...] = ()
    rewritten: tuple[tuple[bytes, bytes], ...] = ()
    text: bytes | None = None
    plain: bytes | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a local transport runs as, and where."""

    uid: int = -1
    gid: int = -1
    home: bytes | None = None
    directory: bytes = b"/"


@dataclass(frozen=True, slots=True)
class Event:
    """An action that was expanded for an event: the option, the name of the event, what the string came to or the error."""

    option: str
    name: str
    value: bytes = b""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """One address of a delivery as the log shows it: `local_part` is in front, `original` the address that the message had."""

    shown: bytes
    address: bytes
    original: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """One run of a transport, or an address that does not come to one.

    `errno` and `message` are Exim's for what is not delivered; `frozen`: the message would stay until a person looks at it.
    `log` are the lines of the main log, without time and message id.
    """

    addresses: tuple[Delivered, ...]
    router: str
    transport: str
    driver: str
    status: Status
    errno: int = 0
    message: str = ""
    frozen: bool = False
    target: Target | None = None
    return_path: bytes = b""
    identity: Identity = Identity()
    copy: Copy = Copy()
    transport_filter: tuple[bytes, ...] = ()
    shadow: Delivery | None = None
    events: tuple[Event, ...] = ()
    signatures: tuple[bytes, ...] = ()
    log: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """Other lines of the main log: of signatures that failed."""
