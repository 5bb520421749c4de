"""One call of a client: what it brings, and how it says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.errors import UsageError
from exim_lang.records import dataclass, field
from exim_lang.replay.corpus import Item, read_item
from exim_lang.replay.envelope import Envelope, Given, envelope_of
from exim_lang.replay.mbox import from_line_and_message
from exim_lang.replay.recorded import Recorded, message_of, read_recorded
from exim_lang.replay.transcript import client_lines
from exim_lang.scenario.client import STATED_TLS, describe_client, sent
from exim_lang.scenario.schema import Client
from exim_lang.smtp.auth import state_identity
from exim_lang.smtp.client import on_the_wire
from exim_lang.smtp.events import Taken
from exim_lang.smtp.session import Session

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.expand.state import Message


@dataclass(slots=True)
class Call:
    """What a client brings: a message in its envelope, or (`lines`) all that it says."""

    envelope: Envelope
    message: bytes = b""
    lines: list[bytes] | None = None
    client: Client = field(default_factory=Client)
    name: str = ""


def read_call(item: Item, given: Given) -> Call:
    """Reads an item of a corpus; raises OSError, and UsageError for what makes no sense."""
    text = read_item(item)
    match item.kind:
        case "sessions":
            recorded = read_recorded(text, item.path)
            call = _recorded(recorded, item.path, given)
        case "transcript":
            peer, lines = client_lines(text)
            call = Call(_of_lines(given, peer, ""), lines=lines)
        case "mbox":
            sender, message = from_line_and_message(text)
            call = Call(envelope_of(message, given, sender), message)
        case _:
            call = Call(envelope_of(text, given), text)
    return call


def _recorded(recorded: Recorded, path: str, given: Given) -> Call:
    """A recorded session; options count for more than what it says, its message for less."""
    client = Client(
        port=recorded.port, name=recorded.host_name, interface=recorded.interface, auth=recorded.auth, tls=recorded.tls
    )
    if recorded.lines is not None:
        envelope = _of_lines(given, recorded.host, recorded.helo)
        return Call(envelope, lines=[sent(line) for line in recorded.lines], client=client, name=recorded.id)
    own = Given(
        given.host or recorded.host,
        given.helo or recorded.helo,
        recorded.sender if given.sender is None else given.sender,
        given.recipients or tuple(recorded.recipients),
        given.trusted,
    )
    message = message_of(recorded, path)
    envelope = envelope_of(message, own)
    said = {"host": given.host, "helo": given.helo, "sender": given.sender is not None, "recipients": given.recipients}
    for part, origin in envelope.origin.items():
        if origin == "option" and not said[part]:
            envelope.origin[part] = "recorded"
    return Call(envelope, message, client=client, name=recorded.id)


def _of_lines(given: Given, host: str, helo: str) -> Envelope:
    envelope = Envelope()
    known = given.host or host
    envelope.host = known or envelope.host
    envelope.helo = sent(given.helo or helo) or envelope.helo
    envelope.origin = {"host": "option" if given.host else "recorded" if host else "default"}
    return envelope


class Caller(Session):
    """A session that keeps each message as it was when it was taken: transports see it so."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope, tls=STATED_TLS)
        self.messages: list[tuple[Taken, Message]] = []

    def take(self, message: Taken) -> None:
        super().take(message)
        self.messages.append((message, self.scope.message))

    def say_line(self, line: bytes) -> bytes:
        """Sends one line; returns the answer, nothing where the connection is closed."""
        return b"" if self.closed else self.receive(line + b"\r\n")


def hold(scope: Scope, call: Call) -> Caller:
    """Holds the conversation; raises EximLangError, with `scope` as it was then, for what cannot be known."""
    client = call.client
    client.host = call.envelope.host
    describe_client(scope, client)
    caller = Caller(scope)
    caller.greet()
    if call.lines is not None:
        _speak(caller, call.lines)
    else:
        _deliver(caller, call)
    return caller


def _speak(caller: Caller, lines: list[bytes]) -> None:
    """Sends recorded lines; those of a message only where the server wants them."""
    inside = unwanted = False
    for line in lines:
        if unwanted:
            unwanted = line != b"."
            continue
        answer = caller.say_line(line)
        if inside:
            inside = line != b"."
        elif line.strip().upper() == b"DATA":
            inside = answer.startswith(b"354")
            unwanted = not inside
    if not caller.closed:
        caller.end_of_input()


def _deliver(caller: Caller, call: Call) -> None:
    """Sends one mail as a well-behaved client does."""
    envelope = call.envelope
    offered = _hello(caller, envelope.helo)
    if call.client.tls and not caller.closed:
        if not caller.say_line(b"STARTTLS").startswith(b"220"):
            raise UsageError("the server does not let this client encrypt")
        offered = _hello(caller, envelope.helo)
    if call.client.auth and not caller.closed:
        state_identity(caller, sent(call.client.auth))
    eight_bits = b" BODY=8BITMIME" if b"8BITMIME" in offered and not call.message.isascii() else b""
    if caller.say_line(b"MAIL FROM:<%s>%s" % (envelope.sender, eight_bits)).startswith(b"250"):
        answers = [caller.say_line(b"RCPT TO:<%s>" % address) for address in envelope.recipients]
        if any(answer.startswith(b"250") for answer in answers) and caller.say_line(b"DATA").startswith(b"354"):
            caller.receive(on_the_wire(call.message))
    caller.say_line(b"QUIT")


def _hello(caller: Caller, name: bytes) -> list[bytes]:
    return [line[4:].split(b" ")[0] for line in caller.say_line(b"EHLO " + name).splitlines()[1:]]
