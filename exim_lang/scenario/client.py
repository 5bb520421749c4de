"""The client of a session: does the steps of a scenario, and what goes without saying, and tells what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec import UNSET

from exim_lang.acl.verdict import Verdict
from exim_lang.errors import ExpansionError, UsageError
from exim_lang.expand.state import Header, Report, Tls
from exim_lang.records import dataclass, field
from exim_lang.scenario.answers import ScenarioWorld
from exim_lang.scenario.schema import STEP_KINDS, Client, Proxied, Step
from exim_lang.smtp.auth import state_identity
from exim_lang.smtp.client import address_and_port, on_the_wire
from exim_lang.smtp.events import Decision, Taken
from exim_lang.smtp.proxy import binary, written
from exim_lang.smtp.session import Session
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

STATED_TLS = Tls(
    active=True, cipher=b"TLS1.3:TLS_AES_256_GCM_SHA384:256", cipher_std=b"TLS_AES_256_GCM_SHA384", bits=256, version=b"TLS1.3"
)
REFUSALS = ("deny", "defer", "drop", "error")
NEEDS_HELLO = ("mail", "rcpt", "data", "auth", "starttls")
PROCESS_ID = 4242


@dataclass(slots=True)
class Outcome:
    """What came of one step (or of one unit).

    `verdict` is empty where nothing was decided; `code` and `text` are those of the last reply, its lines joined by newlines.
    `variables` holds those that were asked for; `headers` the header lines that the message has, or that were added so far.
    """

    step: str
    verdict: str = ""
    code: str = ""
    text: str = ""
    acl: Verdict | None = None
    phase: str = ""
    reason: str = ""
    variables: dict[str, str | None] = field(default_factory=dict)
    headers: list[Header] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    taken: Taken | None = None
    reports: list[Report] = field(default_factory=list)
    deliveries: list[dict[str, str | list[str]]] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    value: str | None = None
    error: str | None = None


class WatchedSession(Session):
    """A session that tells what it decides while everything that was set is still there."""

    on_decision: Callable[[], None] | None = None

    def decide(self, phase: str, subject: bytes, accepted: bool, verdict: Verdict | None = None, reason: str = "") -> None:
        super().decide(phase, subject, accepted, verdict, reason)
        if self.on_decision is not None:
            self.on_decision()


def shown(value: bytes) -> str:
    """Bytes as scenario files and reports have them."""
    return value.decode("utf-8", "backslashreplace")


def sent(text: str) -> bytes:
    """The bytes of a scenario file's text."""
    return text.encode("utf-8", "surrogateescape")


def proxy_header(proxy: str | Proxied) -> bytes:
    """The bytes of a proxy's header; raises UsageError."""
    if isinstance(proxy, str):
        return written(proxy)
    try:
        if proxy.raw:
            return bytes.fromhex(proxy.raw)
        header = binary(proxy.source, proxy.source_port, proxy.target or proxy.source, proxy.target_port)
    except ValueError as error:
        raise UsageError(f"client: proxy: {error}") from error
    if proxy.version == 2:
        return header
    family = "TCP6" if ":" in proxy.source else "TCP4"
    return written(f"{family} {proxy.source} {proxy.target or proxy.source} {proxy.source_port} {proxy.target_port}")


def describe_client(scope: Scope, client: Client) -> None:
    """Fills in who is at the other end; raises UsageError for an address that is none."""
    connection, version = scope.connection, scope.config.dialect.version
    connection.host_address, connection.host_port = address_and_port(client.host, version)
    if client.host and not connection.host_address:
        raise UsageError(f'client: host: "{client.host}" is not an IP address')
    connection.host_port = client.port or connection.host_port
    if client.interface:
        connection.interface_address, _ = address_and_port(client.interface, version)
        if not connection.interface_address:
            raise UsageError(f'client: interface: "{client.interface}" is not an IP address')
        connection.interface_port = client.interface_port
    if client.name is not None:
        connection.host_name = taint(sent(client.name))
        connection.host_name_looked_up = True
    if client.ident is not None:
        connection.ident = taint(sent(client.ident))
    scope.process.pid = PROCESS_ID


def variables_of(scope: Scope, names: list[str]) -> dict[str, str | None]:
    """The values of variables by name; None for one that cannot be read."""
    values: dict[str, str | None] = {}
    for name in names:
        try:
            values[name] = shown(scope.expand(name if "$" in name else f"${{{name}}}"))
        except ExpansionError:
            values[name] = None
    return values


class Speaker:
    """The client's side of one session."""

    def __init__(self, scope: Scope, client: Client, messages: Mapping[str, bytes]) -> None:
        self.scope = scope
        self.client = client
        self.messages = messages
        self.hello_done = self.proofs_done = self.connected = False
        self.wanted: list[str] = []
        self.seen_variables: dict[str, str | None] = {}
        self.seen_headers: list[Header] = []
        describe_client(scope, client)
        self.session = WatchedSession(scope, tls=STATED_TLS, tls_fails=client.tls_fails, on_socket=True)
        self.session.on_decision = self.snapshot
        self.replies = b""
        self.events_told = self.log_told = 0

    def snapshot(self) -> None:
        """Keeps what an expectation may want to see, before the session forgets it."""
        self.seen_variables = variables_of(self.scope, self.wanted)
        message = self.scope.message
        self.seen_headers = [Header(added.text) for added in message.added_headers]

    def prepare(self, step: Step) -> list[Outcome]:
        """What the client does unasked before a step: connects, greets, encrypts, proves who it is."""
        before: list[Outcome] = []
        kind = kind_of(step)
        if not self.connected and kind not in ("connect", "wait"):
            before.append(self.outcome("connect", self.connect))
        if kind in NEEDS_HELLO and not self.hello_done and not self.session.closed:
            before.append(self.outcome(f"EHLO {self.client.helo}", lambda: self.hello(f"EHLO {self.client.helo}")))
        return before

    def perform(self, step: Step, variables: list[str]) -> Outcome:
        """Does one step."""
        self.wanted = variables
        kind = kind_of(step)
        if self.session.closed and kind != "wait":
            return Outcome(self.told(step), "drop", "", "the connection is closed", reason="the connection was closed before")
        return self.outcome(self.told(step), lambda: self.act(kind, step))

    def told(self, step: Step) -> str:
        """A step as reports name it."""
        kind = kind_of(step)
        value = getattr(step, kind)
        parameters = f" {step.parameters}" if step.parameters else ""
        match kind:
            case "mail":
                return f"MAIL FROM:<{value}>{parameters}"
            case "rcpt":
                return f"RCPT TO:<{value}>{parameters}"
            case "helo" | "ehlo":
                return f"{kind.upper()} {value}"
            case "data":
                return f"DATA {value if value in self.messages else '(a message)'}"
            case "auth" | "send" | "pipeline" | "part" | "wait":
                return f"{kind} {str(value).splitlines()[0] if value else value}"
            case _:
                return kind

    def act(self, kind: str, step: Step) -> None:
        value = getattr(step, kind)
        match kind:
            case "connect":
                self.connect()
            case "helo" | "ehlo":
                self.hello(f"{kind.upper()} {value}")
            case "starttls":
                self.say("STARTTLS")
            case "auth":
                state_identity(self.session, sent(value))
                self.replies = b"235 (stated)\r\n"
            case "mail" | "rcpt":
                command = "MAIL FROM" if kind == "mail" else "RCPT TO"
                self.say(f"{command}:<{value}>" + (f" {step.parameters}" if step.parameters else ""))
            case "data":
                self.data(value)
            case "send":
                for line in value.splitlines():
                    self.say(line)
            case "pipeline":
                self.replies = self.session.receive(b"".join(sent(line) + b"\r\n" for line in value.splitlines()))
            case "part":
                self.replies = self.session.receive(sent(value))
            case "stop":
                self.replies = self.session.terminated()
            case "rset" | "quit":
                self.say(kind.upper())
            case "lose":
                self.replies += self.session.end_of_input()
            case "wait":
                world = self.scope.world
                assert isinstance(world, ScenarioWorld), "tests run in such a world"
                world.advance(value)
                if self.connected and not self.session.closed and 0 < self.session.timeout() <= value:
                    self.replies = self.session.timed_out()

    def finish(self) -> None:
        """A client that has nothing more to do says QUIT."""
        if self.connected and not self.session.closed:
            self.say("QUIT")

    def connect(self) -> None:
        self.connected = True
        self.replies += self.session.greet(b"".join(sent(line) + b"\r\n" for line in self.client.early.splitlines()))
        if self.session.awaits_proxy and self.client.proxy is not None:
            self.replies += self.session.receive(proxy_header(self.client.proxy))
        if self.session.awaits_proxy:
            self.replies += self.session.proxy_is_late()

    def hello(self, line: str) -> None:
        self.hello_done = True
        self.say(line)
        if self.session.closed or not self.replies.startswith(b"250") or self.proofs_done:
            return
        self.proofs_done = True
        if self.client.tls:
            self.say("STARTTLS")
            if not self.replies.startswith(b"220"):
                raise UsageError("client: tls: the server does not let this client encrypt: " + shown(self.replies).strip())
            self.say(line)
        if self.client.auth:
            state_identity(self.session, sent(self.client.auth))

    def say(self, line: str) -> None:
        if not self.session.closed:
            self.replies = self.session.receive(sent(line) + b"\r\n")

    def data(self, value: str) -> None:
        """The message, with CRLF line ends and doubled dots."""
        self.say("DATA")
        if not self.replies.startswith(b"354"):
            return
        content = self.messages.get(value)
        content = sent(value) if content is None else content
        self.replies = self.session.receive(on_the_wire(content))

    def outcome(self, step: str, act: Callable[[], None]) -> Outcome:
        """Does something and gathers what came of it."""
        self.replies = b""
        self.seen_variables, self.seen_headers = {}, []
        act()
        events = self.session.events[self.events_told :]
        self.events_told = len(self.session.events)
        lines = list(self.scope.log)[self.log_told :]
        self.log_told = len(self.scope.log)
        code, text = last_reply(self.replies)
        result = Outcome(step, code=code, text=text, log=list(dict.fromkeys(line for _, line in lines)))
        decisions = [event for event in events if isinstance(event, Decision)]
        taken = [event for event in events if isinstance(event, Taken)]
        result.taken = taken[-1] if taken else None
        result.reports = [event for event in events if isinstance(event, Report)]
        result.variables = self.seen_variables or variables_of(self.scope, self.wanted)
        result.headers = list(result.taken.headers) if result.taken is not None else self.seen_headers
        if decisions:
            decision = chosen(decisions)
            result.verdict, result.acl = verdict_of(decision), decision.acl
            result.phase, result.reason = decision.phase, decision.reason
        elif code:
            result.verdict = {"4": "defer", "5": "deny"}.get(code[:1], "accept")
        return result


def kind_of(step: Step) -> str:
    """What a step does."""
    return next(kind for kind in STEP_KINDS if getattr(step, kind) is not UNSET)


def chosen(decisions: list[Decision]) -> Decision:
    """The decision that counts: the first refusal, a message thrown away, or the last one."""
    refused = [one for one in decisions if not one.accepted]
    lost = [one for one in decisions if one.acl is not None and one.acl.verdict == "discard"]
    return (refused or lost or decisions[-1:])[0]


def verdict_of(decision: Decision) -> str:
    """The verdict of a phase: the ACL's, or what the reply amounts to where no ACL refused."""
    verdict = decision.acl.verdict if decision.acl is not None else ""
    if decision.accepted:
        return "discard" if verdict == "discard" else "accept"
    if verdict in REFUSALS:
        return verdict
    code, _ = last_reply(decision.reply)
    return "defer" if code.startswith("4") else "deny"


def last_reply(data: bytes) -> tuple[str, str]:
    """Code and text of the last reply in what a server sent."""
    code, texts = "", [""]
    fresh = True
    for line in shown(data).splitlines():
        if fresh:
            code, texts = line[:3], []
        texts.append(line[4:])
        fresh = line[3:4] != "-"
    return code, "\n".join(texts)
