"""The transport `autoreply`: a new message in answer to this one (specification chapter 27)."""

from __future__ import annotations

import errno
import re
from typing import Literal

from exim_lang.errors import ExpansionError
from exim_lang.expand.addresses import AddressError, address_items, parse_address
from exim_lang.expand.headers import message_header
from exim_lang.lists.match import check_list
from exim_lang.records import dataclass
from exim_lang.route.rewrite import qualify_address
from exim_lang.syntax.times import read_time
from exim_lang.taint import is_tainted, like, untainted
from exim_lang.transport.copy import Frame, make_copy
from exim_lang.transport.delivery import ReplyTarget, Target
from exim_lang.transport.registry import Job, Refused, transport_driver

RETURN_BODY = b"------ This is a copy of the message, including all the headers.\n\n"
MOST_REFERENCES = 12
_MESSAGE_ID = re.compile(rb"<[^<>\s]+>")

Kind = Literal["header", "text", "file"]


@dataclass(slots=True)
class _Parts:
    """What the message is made of, expanded."""

    to: bytes | None
    cc: bytes | None
    bcc: bytes | None
    sender: bytes | None
    reply_to: bytes | None
    subject: bytes | None
    headers: bytes | None
    text: bytes | None
    file: bytes | None
    log: bytes | None
    once: bytes | None
    once_repeat: int
    file_expand: bool
    return_message: bool


@transport_driver("autoreply")
def autoreply(job: Job) -> Target:
    """The message that would be sent, and to whom."""
    parts = _from_filter(job) if job.address.reply is not None else _from_options(job)
    never = job.transport.text("never_mail")
    if never is not None:
        for name in ("to", "cc", "bcc"):
            setattr(parts, name, _without_never(job, getattr(parts, name)))
        if parts.to is None and parts.cc is None and parts.bcc is None:
            return ReplyTarget(b"", (), sent=False)
    for value, what in ((parts.once, "once file"), (parts.file, "file")):
        if value is not None and is_tainted(value):
            shown = value.decode("latin-1")
            message = f"Permission denied: Tainted '{shown}' ({what} for {job.name} transport) not permitted"
            raise Refused(message, errno.EACCES)
    body = _body(job, parts)
    if parts.log is not None and is_tainted(parts.log):
        job.scope.log.append(("panic", f"Tainted filename '{parts.log.decode('latin-1')}'"))
        parts.log = None
    recipients = _recipients(job, parts)
    text = _headers(job, parts) + b"\n" + body
    return ReplyTarget(
        text, recipients, bytes(parts.log or b""), bytes(parts.once or b""), parts.once_repeat, sent=bool(recipients)
    )


def _from_filter(job: Job) -> _Parts:
    reply = job.address.reply
    assert reply is not None, "asked before"
    names = ("to", "cc", "bcc", "sender", "reply_to", "subject", "headers", "text", "file", "log", "once", "once_repeat")
    values = {name: getattr(reply, name) for name in names}
    returned = reply.return_message or job.flag("return_message")
    return _Parts(**values, file_expand=reply.file_expand, return_message=returned)


def _from_options(job: Job) -> _Parts:
    repeat = _checked(job, "once_repeat", "file")
    seconds = 0
    if repeat is not None:
        found = read_time(repeat.decode("latin-1"))
        if found is None:
            shown = repeat.decode("latin-1")
            raise Refused(f'Invalid time value "{shown}" for "once_repeat" in {job.name} transport', status="failed")
        seconds = found
    return _Parts(
        to=_checked(job, "to", "header"),
        cc=_checked(job, "cc", "header"),
        bcc=_checked(job, "bcc", "header"),
        sender=_checked(job, "from", "header"),
        reply_to=_checked(job, "reply_to", "header"),
        subject=_checked(job, "subject", "header"),
        headers=_checked(job, "headers", "text"),
        text=_checked(job, "text", "text"),
        file=_checked(job, "file", "file"),
        log=_checked(job, "log", "file"),
        once=_checked(job, "once", "file"),
        once_repeat=seconds,
        file_expand=job.flag("file_expand"),
        return_message=job.flag("return_message"),
    )


def _checked(job: Job, option: str, kind: Kind) -> bytes | None:
    """An option expanded; what cannot stand in a header line is refused."""
    text = job.transport.text(option)
    if text is None:
        return None
    try:
        value = job.expand(text)
    except ExpansionError as error:
        raise Refused(f'Expansion of "{text}" failed in {job.name} transport: {error.message}', status="failed") from error
    top = bool(job.scope.config.option("print_topbitchars"))
    for at, code in enumerate(value):
        if 32 <= code < 127 or (code >= 128 and top):
            continue
        folded = code == 10 and value[at + 1 : at + 2] in (b" ", b"\t")
        if (kind == "header" and (folded or code == 9)) or (kind == "text" and (code in (9, 10) or code >= 128)):
            continue
        shown = text.string.replace("\n", "\\n")
        message = f'Expansion of "{shown}" in {job.name} transport contains non-printing character {code}'
        raise Refused(message, status="failed")
    return value


def _without_never(job: Job, items: bytes | None) -> bytes | None:
    """The list without the addresses that `never_mail` names; None when nothing is left."""
    if items is None:
        return None
    never = job.transport.text("never_mail")
    assert never is not None, "asked before"
    kept = []
    for item in address_items(items):
        try:
            address = parse_address(item).address
        except AddressError:
            kept.append(bytes(item))
            continue
        whole = qualify_address(job.scope, address, "qualify_recipient")
        if check_list(job.scope, "address", whole, never, option="never_mail") is None:
            kept.append(bytes(item))
    return like(b",".join(kept).strip(), items) if kept else None


def _recipients(job: Job, parts: _Parts) -> tuple[bytes, ...]:
    """All that the message is sent to; the Exim that takes it refuses addresses that are none."""
    found: list[bytes] = []
    for items in (parts.to, parts.cc, parts.bcc):
        for item in address_items(items) if items is not None else ():
            try:
                parsed = parse_address(item)
            except AddressError as error:
                if not item.strip():
                    continue
                raise Refused(f"Failed to send message from {job.name} transport (1)", 0) from error
            found.append(bytes(qualify_address(job.scope, parsed.address, "qualify_recipient")))
    return tuple(dict.fromkeys(found))


def _headers(job: Job, parts: _Parts) -> bytes:
    """The header lines; Bcc: is for the Exim that takes the message, and is gone behind it."""
    lines = [
        (b"From", parts.sender),
        (b"Reply-To", parts.reply_to),
        (b"To", parts.to),
        (b"Cc", parts.cc),
        (b"Subject", parts.subject),
    ]
    out = [b"%s: %s\n" % (name, value) for name, value in lines if value is not None]
    own = (message_header(job.scope.message, b"message-id", "rh", "") or b"").strip()
    if own:
        out.append(b"In-Reply-To: " + own + b"\n")
    references = _references(job, own)
    if references:
        out.append(b"References: " + b"\n ".join(references) + b"\n")
    out.append(b"Auto-Submitted: auto-replied\n")
    if parts.headers is not None:
        out.append(bytes(parts.headers) + b"\n")
    return b"".join(out)


def _references(job: Job, own: bytes) -> list[bytes]:
    message = job.scope.message
    value = message_header(message, b"references", "rh", "")
    if value is None:
        value = message_header(message, b"in-reply-to", "rh", "") or b""
        if len(_MESSAGE_ID.findall(value)) != 1:
            value = b""
    found: list[bytes] = _MESSAGE_ID.findall(bytes(value))
    if len(found) >= MOST_REFERENCES:
        found = [found[0], *found[-(MOST_REFERENCES - 2) :]]
    return [*found, bytes(own)] if own else found


def _body(job: Job, parts: _Parts) -> bytes:
    pieces = []
    if parts.text is not None:
        pieces.append(bytes(parts.text) if parts.text.endswith(b"\n") else bytes(parts.text) + b"\n")
    if parts.file is not None:
        pieces.append(_file(job, parts.file, parts.file_expand))
    if parts.return_message:
        job.copy = make_copy(job, Frame(check=b"From ", escape=b">From "), "autoreply")
        pieces.append(b"\n" + RETURN_BODY + (job.copy.text or b""))
    return b"".join(pieces)


def _file(job: Job, path: bytes, expand: bool) -> bytes:
    """The content of the file; with `expand` line by line, and lines that cannot be expanded stay as they are."""
    shown = path.decode("latin-1")
    try:
        content = job.scope.world.read_file(untainted(path))
    except OSError as error:
        if job.flag("file_optional"):
            return b""
        why = error.strerror
        message = f"{why}: Failed to open file {shown} when sending message from {job.name} transport: {why}"
        raise Refused(message, error.errno or 0) from error
    if not expand:
        return content
    lines = []
    for line in content.splitlines(keepends=True):
        try:
            lines.append(bytes(job.expand(line)))
        except ExpansionError as error:
            job.scope.log.append(("main", f"Error while expanding line from file {shown}: {error.message}"))
            lines.append(line)
    return b"".join(lines)
