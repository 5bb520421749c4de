"""The message as a transport writes it: header lines removed, rewritten and added (specification section 48.17)."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from exim_lang.errors import ExpansionError, ForcedFailure
from exim_lang.expand.headers import REMOVED, is_named
from exim_lang.expand.state import Header
from exim_lang.expand.string_list import split_list
from exim_lang.model.values import split_list as plain_items
from exim_lang.records import dataclass
from exim_lang.route.rewrite import rewritten_header
from exim_lang.source.lines import LogicalLine
from exim_lang.syntax.config_rules import parse_rewrite_rule
from exim_lang.transport.delivery import Copy
from exim_lang.transport.registry import EXPANSION, HEADERS, Refused

if TYPE_CHECKING:
    from exim_lang.route.address import RoutedAddress
    from exim_lang.transport.registry import Job

_ADDRESS_FLAGS = {"F": "f", "T": "t", "C": "c", "B": "b", "R": "r", "S": "s"}


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the message, and how its lines are changed.

    `check` is what a line must not begin with, `escape` what stands there instead; `crlf` ends lines with CRLF; `envelope`
    is written in front in batch SMTP, which also ends with a dot.
    """

    prefix: bytes = b""
    suffix: bytes = b""
    check: bytes = b""
    escape: bytes = b""
    crlf: bool = False
    envelope: bytes = b""
    dot: bool = False


def make_copy(job: Job, frame: Frame, where: str) -> Copy:
    """The copy that the transport writes; `where` names the destination in the message of Refused."""
    message = job.scope.message
    try:
        names = _names_to_remove(job)
        added = _added(job)
    except ExpansionError as error:
        raise Refused(
            f"failed to expand headers_add or headers_remove while writing to {where}: {error.message}", HEADERS, panic=True
        ) from error
    whole: bytes | None = None
    plain: bytes | None = None
    kept: list[bytes] = []
    removed: list[bytes] = []
    rewritten: list[tuple[bytes, bytes]] = []
    for header in message.headers or ():
        if header.kind == REMOVED:
            continue
        if any(_is_meant(header, name) for name in names):
            removed.append(bytes(header.text))
            continue
        text = _rewritten(job, header)
        if text != header.text:
            rewritten.append((bytes(header.text), bytes(text)))
        kept.append(bytes(text))
    front = _front(job)
    if message.headers is not None:
        headers = b"" if job.flag("body_only") else b"".join([*front, *kept, *added]) + b"\n"
        body = b"" if job.flag("headers_only") else bytes(message.body)
        if body and not body.endswith(b"\n"):
            body += b"\n"
        plain = headers + body
        whole = _framed(frame, plain)
    return Copy((*front, *added), tuple(removed), tuple(rewritten), whole, plain)


def _framed(frame: Frame, content: bytes) -> bytes:
    if frame.check and frame.escape:
        content = re.sub(b"(?m)^" + re.escape(frame.check), lambda _: frame.escape, content)
    if frame.dot:
        content += b".\n"
    content = frame.envelope + content
    if frame.crlf:
        content = content.replace(b"\n", b"\r\n")
    return frame.prefix + content + frame.suffix


def _is_meant(header: Header, name: bytes) -> bool:
    """Whether a name of headers_remove, perhaps with an asterisk behind it, is that of the header line."""
    if name.endswith(b"*"):
        return bytes(header.text[: len(name) - 1]).lower() == name[:-1].lower()
    return is_named(header, name)


def _names_to_remove(job: Job) -> list[bytes]:
    names = [name for items in job.address.headers_remove for name in split_list(items)]
    text = job.transport.text("headers_remove")
    for item in split_list(text.encode()) if text is not None else ():
        try:
            names += [job.expand(bytes(item))]
        except ForcedFailure:
            continue
    return [name for name in names if name]


def _added(job: Job) -> list[bytes]:
    lines = list(job.address.headers_add)
    text = job.transport.text("headers_add")
    for item in split_list(text.encode(), None, default=ord("\n")) if text is not None else ():
        try:
            lines.append(job.expand(bytes(item)))
        except ForcedFailure:
            continue
    return [bytes(line) if line.endswith(b"\n") else bytes(line) + b"\n" for line in lines if line]


def _rewritten(job: Job, header: Header) -> bytes:
    text = job.transport.text("headers_rewrite")
    place = _ADDRESS_FLAGS.get(header.kind)
    if text is None or place is None:
        return header.text
    rules = [parse_rewrite_rule(LogicalLine(item)) for item in plain_items(text) if item.string]
    return rewritten_header(job.scope, header, place, rules)


def _front(job: Job) -> list[bytes]:
    """Return-path:, Envelope-to: and Delivery-date:, as far as they were asked for."""
    lines = []
    if job.flag("return_path_add"):
        lines.append(b"Return-path: <" + bytes(job.return_path) + b">\n")
    if job.flag("envelope_to_add"):
        originals = dict.fromkeys(bytes(original_of(address).address) for address in job.addresses)
        lines.append(b"Envelope-to: " + b",\n ".join(originals) + b"\n")
    if job.flag("delivery_date_add"):
        lines.append(b"Delivery-date: " + _full_date(job) + b"\n")
    return lines


def original_of(address: RoutedAddress) -> RoutedAddress:
    """The address that the message came with, or the address itself."""
    while address.parent is not None:
        address = address.parent
    return address


def _full_date(job: Job) -> bytes:
    return bytes(job.expand("$tod_full"))


def edge(job: Job, option: str, default: str, what: str) -> bytes:
    """`message_prefix` or `message_suffix` expanded; `default` counts where the option is not set. Raises Refused."""
    text = job.transport.text(option) if option in job.transport.settings else default
    if not text:
        return b""
    try:
        return bytes(job.expand(text))
    except ExpansionError as error:
        raise Refused(f'Expansion of "{text}" ({what} for {job.name} transport) failed', EXPANSION, panic=True) from error


def batch_smtp(job: Job) -> bytes:
    """The envelope as commands (section 49.10)."""
    lines = [b"MAIL FROM:<" + bytes(job.return_path) + b">"]
    lines += [b"RCPT TO:<" + recipient + b">" for recipient in recipients_of(job)]
    return b"".join(line + b"\n" for line in (*lines, b"DATA"))


def recipients_of(job: Job) -> tuple[bytes, ...]:
    """The addresses as SMTP is told: without prefix and suffix, unless `rcpt_include_affixes` is set."""
    return tuple(recipient_of(job, address) for address in job.addresses)


def recipient_of(job: Job, address: RoutedAddress) -> bytes:
    """One address as SMTP is told."""
    state = address.state
    if job.flag("rcpt_include_affixes") or (not state.prefix and not state.suffix) or address.generated:
        return bytes(original_of(address).address if address.generated else address.address)
    local_part = state.caseful_local_part if state.caseful_local_part is not None else state.local_part
    return bytes(local_part) + b"@" + bytes(address.address.rpartition(b"@")[2])


def now_text(job: Job, form: str) -> str:
    """The time in the local time zone, as strftime() has it."""
    return time.strftime(form, time.localtime(job.scope.world.now()))
