"""The two sides of a conversation for `exim-lang session`: a client that sends, a display, and the summary as JSON."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING, assert_never

from exim_lang.cli.exim.scope import split_port
from exim_lang.cli.scope_options import world_from
from exim_lang.errors import EximLangError, UsageError
from exim_lang.expand.state import Report, Tls
from exim_lang.route.scope import routed_scope
from exim_lang.smtp import proxy
from exim_lang.smtp.client import address_and_port, on_the_wire
from exim_lang.smtp.events import Decision, Event, Taken
from exim_lang.smtp.session import Session
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.model.config import Config

COLOURS = {"C": "36", "S": "0", "+": "32", "-": "31", ">": "2", "L": "33"}
STATED_TLS = Tls(
    active=True, cipher=b"TLS1.3:TLS_AES_256_GCM_SHA384:256", cipher_std=b"TLS_AES_256_GCM_SHA384", bits=256, version=b"TLS1.3"
)


class Dialogue:
    """One conversation, shown while it is held unless JSON is wanted."""

    def __init__(self, config: Config, options: argparse.Namespace) -> None:
        self.options = options
        self.quiet: bool = options.json
        self.colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self.lines: list[dict[str, str]] = []
        self.traced: list[str] = []
        self.shown = 0
        self.scripted = False
        self.advertised: list[bytes] = []
        self.scope = routed_scope(config, world_from(options))
        self.describe_client()
        if options.trace:
            self.scope.debug = self.trace
        self.session = Session(self.scope, tls=STATED_TLS if options.tls else None, on_log=self.log)

    def describe_client(self) -> None:
        options, connection = self.options, self.scope.connection
        address, port = address_and_port(options.host, self.scope.config.dialect.version)
        if not address:
            raise UsageError(f'"{options.host}" is not an IP address')
        connection.host_address, connection.host_port = address, port
        if options.interface:
            interface, connection.interface_port = split_port(options.interface)
            connection.interface_address = interface.encode()
        if options.host_name:
            connection.host_name = taint(os.fsencode(options.host_name))
            connection.host_name_looked_up = True
        self.scope.process.pid = os.getpid()

    # What is said.

    def greet(self, script: bytes = b"") -> bytes:
        """The banner. A proxy sends its header first: as the options say, or the script begins with; returns what is left."""
        self.hear(self.session.greet())
        if self.session.awaits_proxy and self.options.proxy is not None:
            self.show("C", f"(the proxy: {self.options.proxy})")
            self.hear(self.session.receive(proxy.written(self.options.proxy)))
        while self.session.awaits_proxy and script:
            # a header of version 1 is a line like others here; one of version 2 has newlines of its own
            binary = proxy.read_header(script) if script.startswith(proxy.SIGNATURE) else None
            line, _, rest = script.partition(b"\n")
            sent, script = (script[: binary.size], script[binary.size :]) if binary else (line.rstrip(b"\r") + b"\r\n", rest)
            self.show("C", "(the header of a proxy)" if binary else line.decode("utf-8", "backslashreplace"))
            self.hear(self.session.receive(sent))
        if self.session.awaits_proxy:
            self.hear(self.session.proxy_is_late())
        return script

    def say(self, line: bytes) -> bytes:
        """Sends one line; returns what the server answered."""
        if self.session.closed:
            return b""
        self.show("C", line.decode("utf-8", "backslashreplace"))
        return self.hear(self.session.receive(line + b"\r\n"))

    def hear(self, answer: bytes) -> bytes:
        for line in answer.decode("utf-8", "backslashreplace").splitlines():
            self.show("S", line)
        for event in self.session.events[self.shown :]:
            self.tell(event)
        self.shown = len(self.session.events)
        return answer

    def script(self, lines: bytes) -> None:
        """Sends the lines as they are."""
        self.scripted = True
        lines = self.greet(lines)
        for line in lines.splitlines():
            self.say(line)
        if not self.session.closed:
            self.hear(self.session.end_of_input())

    def mail(self, message: bytes) -> None:
        """Sends one mail as a well-behaved client does."""
        self.greet()
        offered = self.hello()
        if self.options.tls and not self.session.closed:
            if b"STARTTLS" not in offered:
                raise UsageError("this client is not offered STARTTLS")
            if self.say(b"STARTTLS").startswith(b"220"):
                self.hello()
        if self.options.auth:
            self.authenticate()
        parameters = b" BODY=8BITMIME" if b"8BITMIME" in offered and not message.isascii() else b""
        if self.say(b"MAIL FROM:<" + os.fsencode(self.options.sender) + b">" + parameters).startswith(b"250"):
            answers = [self.say(b"RCPT TO:<" + os.fsencode(address) + b">") for address in self.options.rcpt]
            if any(answer.startswith(b"250") for answer in answers) and self.say(b"DATA").startswith(b"354"):
                self.send(message)
        self.say(b"QUIT")

    def hello(self) -> list[bytes]:
        """EHLO, or HELO where that is refused; returns the words on offer."""
        name = os.fsencode(self.options.helo)
        answer = self.say(b"EHLO " + name)
        return [line[4:].split(b" ")[0] for line in answer.splitlines()[1:]]

    def authenticate(self) -> None:
        """States that the client has proved who it is."""
        from exim_lang.smtp.auth import state_identity

        if not self.session.closed:
            state_identity(self.session, os.fsencode(self.options.auth))
            self.show("C", f"(has proved to be {self.options.auth})")

    def send(self, message: bytes) -> None:
        """The message, with CRLF line ends and doubled dots, and the final dot."""
        wire = on_the_wire(message)
        lines, size = wire.count(b"\n") - 1, len(wire) - len(b".\r\n")
        self.show("C", f"(the message: {lines} lines, {size} bytes)")
        self.show("C", ".")
        self.hear(self.session.receive(wire))

    @property
    def accepted(self) -> bool:
        """Whether nothing was refused, and the mail (if it was one) was taken."""
        events = self.session.events
        refused = any(isinstance(event, Decision) and not event.accepted for event in events)
        taken = any(isinstance(event, Taken) and not event.fake for event in events)
        return not refused and (taken or self.scripted)

    # What is shown.

    def show(self, mark: str, text: str) -> None:
        if mark in "CS":
            self.lines.append({"client" if mark == "C" else "server": text})
        if not self.quiet:
            line = f"{'=' if mark in '+-' else mark} {text}"
            if self.colour:
                line = f"\x1b[{COLOURS[mark]}m{line}\x1b[0m"
            print(line)

    def trace(self, line: str) -> None:
        self.traced.append(line)
        if not self.quiet:
            for part in line.split("\n"):
                self.show(">", part)

    def log(self, _: tuple[str, ...], line: str) -> None:
        if self.options.trace and not self.quiet:
            self.show("L", line)

    def tell(self, event: Event) -> None:
        good, words = described(event)
        self.show("+" if good else "-", words)

    def print_json(self, error: EximLangError | None) -> None:
        """Prints everything as one JSON object."""
        result: dict[str, object] = {
            "accepted": error is None and self.accepted,
            "dialogue": self.lines,
            "decisions": [decision_json(event) for event in self.session.events if isinstance(event, Decision)],
            "messages": [taken_json(event) for event in self.session.events if isinstance(event, Taken)],
            "log": [{"log": name, "line": line} for name, line in self.scope.log],
        }
        reports = [report_json(event) for event in self.session.events if isinstance(event, Report)]
        if reports:
            result["reports"] = reports
        if self.session.notes:
            result["notes"] = self.session.notes
        if self.options.trace:
            result["trace"] = self.traced
        if error is not None:
            result["error"] = error.message
        print(json.dumps(result, indent=2))


def described(event: Event) -> tuple[bool, str]:
    """Whether an event is good news for the client, and the event in words."""
    match event:
        case Taken():
            recipients = ", ".join(address.decode("utf-8", "backslashreplace") for address in event.recipients)
            fake = f", but the client is told otherwise (fake{event.fake})" if event.fake else ""
            return True, f"message taken for {recipients or 'nobody'}{fake}"
        case Decision():
            subject = event.subject.decode("utf-8", "backslashreplace")
            words = [event.phase or "command", subject, "accepted" if event.accepted else "refused", reason(event)]
            return event.accepted, " ".join(word for word in words if word)
        case Report(kind="ocsp"):
            return True, f"OCSP proof {event.to.decode('utf-8', 'backslashreplace')}: {event.text.decode('utf-8')}"
        case Report():
            return True, f"{event.kind} for {event.to.decode('utf-8', 'backslashreplace')}, which is not written or sent"
        case _:
            assert_never(event)


def reason(event: Decision) -> str:
    """What decided: the statement with its place, or why there was none."""
    if event.acl is None:
        return f"({event.reason})" if event.reason else ""
    statement = event.acl.decided_by
    if statement is None:
        return "(end of the ACL: implicit deny)" if event.acl.verdict == "deny" else f"({event.acl.verdict})"
    return f"by {statement.verb} at {statement.place}"


def text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "backslashreplace")


def decision_json(event: Decision) -> dict[str, object]:
    """A decision as JSON data."""
    result: dict[str, object] = {
        "phase": event.phase,
        "command": text(event.command),
        "subject": text(event.subject),
        "accepted": event.accepted,
        "reply": text(event.reply),
        "reason": event.reason,
    }
    if event.acl is not None:
        statement = event.acl.decided_by
        result["verdict"] = event.acl.verdict
        result["message"] = text(event.acl.user_message)
        result["log_message"] = text(event.acl.log_message)
        if statement is not None:
            place = statement.place
            result["statement"] = {"verb": statement.verb, "file": place.file, "line": place.line, "column": place.column}
    return result


def taken_json(event: Taken) -> dict[str, object]:
    """A message that was taken as JSON data."""
    return {
        "id": text(event.id),
        "sender": text(event.sender),
        "recipients": [text(address) for address in event.recipients],
        "headers": [text(header.text) for header in event.headers],
        "body_size": len(event.body),
        "fake": event.fake,
    }


def report_json(report: Report) -> dict[str, object]:
    """A report that would have been written or sent, as JSON has it."""
    return {"kind": report.kind, "to": text(report.to), "text": text(report.text)}
