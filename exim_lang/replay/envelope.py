"""The envelope of a message that comes without one: what its header lines still tell of how it arrived."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from exim_lang.expand.addresses import Parsed, parse_addresses
from exim_lang.records import dataclass, field
from exim_lang.replay.received import client_hop, read_hop

SENDERS = (b"x-envelope-from", b"x-envelope-sender", b"return-path")
RECIPIENTS = (b"x-envelope-to", b"envelope-to", b"x-original-to", b"delivered-to")
UNKNOWN_HOST = "203.0.113.1"
"""Where a message comes from that does not say: nobody's address (RFC 5737), which no configuration trusts."""
UNKNOWN_HELO = "client.example"
HEADER_LIMIT = 1 << 20

_END = re.compile(rb"\A\r?\n|\n\r?\n")
_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:(.*(?:\n[ \t].*)*)", re.MULTILINE)


@dataclass(slots=True)
class Envelope:
    """Who sends what to whom. `origin` says where each part comes from: "option", "recorded", a header line, "default"."""

    host: str = UNKNOWN_HOST
    helo: bytes = UNKNOWN_HELO.encode()
    sender: bytes = b""
    recipients: list[bytes] = field(default_factory=list)
    origin: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """What the user says of every message; None and empty: the message tells. `trusted` are networks of our own servers."""

    host: str = ""
    helo: str = ""
    sender: str | None = None
    recipients: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()


def header_fields(message: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names, in lower case, and values of the header lines, as far as they are in the first megabyte."""
    start = message[:HEADER_LIMIT]
    end = _END.search(start)
    for match in _FIELD.finditer(start, 0, end.end() if end is not None else len(start)):
        yield match[1].lower(), match[2].strip()


def envelope_of(message: bytes, given: Given, from_line: bytes = b"") -> Envelope:
    """The envelope of a message; `from_line` is the sender that a mailbox file tells."""
    fields: dict[bytes, list[bytes]] = {}
    for name, value in header_fields(message):
        fields.setdefault(name, []).append(value)
    envelope = Envelope()
    _client(envelope, fields.get(b"received", []), given)
    _sender(envelope, fields, given, from_line)
    _recipients(envelope, fields, given)
    return envelope


def _client(envelope: Envelope, received: Sequence[bytes], given: Given) -> None:
    hop = client_hop(received, given.trusted)
    envelope.origin["host"] = envelope.origin["helo"] = "default"
    if given.host:
        envelope.host, envelope.origin["host"] = given.host, "option"
    elif hop is not None:
        envelope.host, envelope.origin["host"] = hop.host, "Received"
    if given.helo:
        envelope.helo, envelope.origin["helo"] = given.helo.encode("utf-8", "surrogateescape"), "option"
    elif hop is not None and hop.helo:
        envelope.helo, envelope.origin["helo"] = hop.helo, "Received"


def _sender(envelope: Envelope, fields: dict[bytes, list[bytes]], given: Given, from_line: bytes) -> None:
    if given.sender is not None:
        envelope.sender = given.sender.encode("utf-8", "surrogateescape").strip(b"<>")
        envelope.origin["sender"] = "option"
        return
    for name in SENDERS:
        if name in fields:
            found = addresses(fields[name][:1])
            envelope.sender = found[0] if found else b""
            envelope.origin["sender"] = spelt(name)
            return
    if from_line:
        envelope.sender = b"" if from_line.upper() == b"MAILER-DAEMON" else from_line
        envelope.origin["sender"] = "From line"
        return
    envelope.origin["sender"] = "default"
    for name in (b"sender", b"from"):
        found = addresses(fields.get(name, [])[:1])
        if found:
            envelope.sender, envelope.origin["sender"] = found[0], spelt(name)
            return


def _recipients(envelope: Envelope, fields: dict[bytes, list[bytes]], given: Given) -> None:
    if given.recipients:
        envelope.recipients = [one.encode("utf-8", "surrogateescape") for one in given.recipients]
        envelope.origin["recipients"] = "option"
        return
    for name in RECIPIENTS:
        values = fields.get(name, [])
        found = addresses(values if name.endswith(b"envelope-to") else values[:1])
        if found:
            envelope.recipients, envelope.origin["recipients"] = found, spelt(name)
            return
    for value in fields.get(b"received", []):
        hop = read_hop(value)
        if hop.recipient:
            envelope.recipients, envelope.origin["recipients"] = [hop.recipient], "Received"
            return
    envelope.recipients = addresses([value for name in (b"to", b"cc", b"bcc") for value in fields.get(name, [])])
    envelope.origin["recipients"] = "To, Cc, Bcc" if envelope.recipients else "default"


def addresses(values: Sequence[bytes]) -> list[bytes]:
    """The addresses in header lines, each once; what is none is left out."""
    found: dict[bytes, None] = {}
    for value in values:
        for one in parse_addresses(value):
            if isinstance(one, Parsed) and one.address:
                found[re.sub(rb"[\r\n]+", b"", bytes(one.address))] = None
    return list(found)


def spelt(name: bytes) -> str:
    """A header line's name as people write it."""
    return name.decode("latin-1").title()
