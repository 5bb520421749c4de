"""One SMTP conversation as a sans-I/O state machine: bytes in, replies out (specification chapter 49).

The session holds what lasts; what each command does stands in a file of its own, and the table of them in commands.py.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, NoReturn, Protocol, TypeAlias

from exim_lang.acl.run import run_acl
from exim_lang.errors import EximLangError, ProcessDied
from exim_lang.expand.state import Message
from exim_lang.records import replace
from exim_lang.smtp import commands, ending, greeting, logline, pacing, proxy
from exim_lang.smtp.events import Decision, Event, Taken
from exim_lang.smtp.replies import WIDTH, format_reply, printed, split_code, split_message
from exim_lang.smtp.transaction import Advertised, Recipient, Transaction

if TYPE_CHECKING:
    from exim_lang.acl.verdict import Verdict
    from exim_lang.expand.scope import Scope
    from exim_lang.expand.state import Tls
    from exim_lang.model.config import Config

COMMAND_LIMIT = 16384
"""Bytes of one command line that Exim reads before it gives up."""

MUST_BE_SET = frozenset({"RCPT", "VRFY", "EXPN", "ETRN", "ATRN", "WELLKNOWN"})
"""Phases that are refused without an ACL."""

HISTORY = 20
"""Commands that log lines about a dropped call show."""

Dialogue: TypeAlias = Generator[bytes, bytes, None]
"""A command that talks on, such as AUTH: yields a reply line, is sent the client's next line."""


class MessageReader(Protocol):
    """Takes a message off the buffer. Called with what is there, it returns True when it has got all it wants."""

    def __call__(self, buffer: bytearray) -> bool: ...

    @property
    def wants_data(self) -> bool:
        """Whether what comes next is part of the message, not a command."""
        ...

    def lost(self, buffer: bytearray) -> None:
        """The client has gone, and this is what it left."""
        ...


class Session:
    """A conversation with one client.

    The scope's connection says who the client is. `testing` is Exim's host checking mode (`-bh`): each accepted message is
    followed by the remark that its id is not real. `tls` is what a STARTTLS yields; without it STARTTLS fails as where TLS
    cannot be started, and with `tls_fails` the client does not get through the handshake. `on_socket` is said of a client at a
    socket: what arrives together was sent together, so that it may have come too soon (smtp_enforce_sync). `notes` are
    things that were not done as Exim would. `on_log` is told the logs and the text of every
    log line of the session as it is written.
    """

    def __init__(
        self,
        scope: Scope,
        *,
        testing: bool = False,
        tls: Tls | None = None,
        tls_fails: bool = False,
        on_socket: bool = False,
        on_log: Callable[[tuple[str, ...], str], None] | None = None,
    ) -> None:
        self.scope = scope
        self.config: Config = scope.config
        self.testing = testing
        self.tls = tls
        self.tls_fails = tls_fails
        self.on_socket = on_socket
        scope.log = self._log = logline.LogBook(scope.log, on_log)
        self.events: list[Event] = []
        self.closed = False
        self.proxy_failed = False
        """The client ought to be a proxy, and did not send its header: it may only say QUIT."""
        self.tls_failed = False
        """The handshake failed: nothing but QUIT is taken any more."""
        self.name_stated = scope.connection.host_name_looked_up
        self.died = False
        """Exim's process ended, and the session with it."""
        self.notes: list[str] = []
        self.esmtp = False
        self.helo_seen = False
        self.advertised = Advertised()
        self.hosts = greeting.HostChecks()
        self.transaction = Transaction()
        self.some_discarded = False
        """A recipient was discarded since the last message; RSET does not change that."""
        self.chunked = False
        self.size_limit = 0
        self.recipient_limit = 0
        self.mail_limit: int | None = None
        self.mail_count = 0
        self.delays: dict[str, float] = {}
        """Seconds that the next command of a client takes that sends too much, by option."""
        self.unknown_commands = 0
        self.syntax_errors = 0
        self.nonmail_commands = 0
        self.counts_nonmail: bool | None = None
        self.uncounted = {"RSET", "HELO", "EHLO", "AUTH", "STARTTLS"}
        self.mail_rejected = self.last_mail_rejected = False
        self.last_was_rcpt = self.rcpt_in_progress = False
        self.started = scope.world.now()
        self._buffer = bytearray()
        self._out: list[bytes] = []
        # What is kept here knows nothing of the session: so its memory is free as soon as nobody has it any more.
        self._reader: Callable[[Session], bool] = Session._read_command
        self._message_reader: MessageReader | None = None
        self._dialogue: Dialogue | None = None
        self._undecided: list[tuple[str, bytes, bool, Verdict | None, str]] = []
        self._taken: list[Taken] = []
        scope.connection.is_smtp = True

    # What the outside calls.

    def greet(self, early: bytes = b"") -> bytes:
        """The client has connected, and sent `early` already: the banner, or the reply that refuses the connection."""
        self._buffer += early
        self._step(lambda: greeting.greet(self), b"")
        return self.receive(b"")

    @property
    def awaits_proxy(self) -> bool:
        """Whether the header of a proxy must come before the client is greeted."""
        return self._reader is Session._read_proxy

    def proxy_timeout(self) -> float:
        """Seconds that the header of a proxy may take; behind them `proxy_is_late` is to be called."""
        return proxy.seconds_to_wait(self)

    def timeout(self) -> float:
        """Seconds that the client may be silent (smtp_receive_timeout), then `timed_out` is to be called. 0: for ever."""
        return pacing.seconds_to_wait(self)

    def timed_out(self) -> bytes:
        """The client has been silent for too long; returns the last reply."""
        return self._end(pacing.timed_out)

    def terminated(self) -> bytes:
        """The server is told to stop (SIGTERM); returns the last reply."""
        return self._end(pacing.terminated)

    def _end(self, end: Callable[[Session], None]) -> bytes:
        if not self.closed:
            self._step(lambda: end(self), b"")
            self.closed = True
        return self._flush()

    def proxy_is_late(self) -> bytes:
        """The header of a proxy did not come in time; returns the banner."""
        self._lose_proxy(f"none came within {self.proxy_timeout():g} seconds")
        return self._flush()

    def receive(self, data: bytes) -> bytes:
        """Takes what the client sent, any amount of it; returns the replies that are due."""
        self._buffer += data
        while not self.closed and self._reader(self):
            pass
        return self._flush()

    def end_of_input(self) -> bytes:
        """The client has gone without QUIT; returns what Exim still says to it."""
        if self.awaits_proxy:
            self._lose_proxy("the connection was closed before its end")
        if not self.closed:
            reader = self._message_reader
            if reader is not None:
                self._step(lambda: reader.lost(self._buffer), b"")
            else:
                self.scope.connection.command = b""
                self._step(lambda: ending.lost_connection(self), b"")
            self.closed = True
        return self._flush()

    # What commands use.

    @property
    def waiting(self) -> bytes:
        """What the client has sent already behind the command that is being worked on."""
        return bytes(self._buffer)

    @property
    def wants_data(self) -> bool:
        """Whether what comes next is part of a message."""
        return self._message_reader is not None and self._message_reader.wants_data

    @property
    def message_id(self) -> str:
        """The id of the message that is being received, which stands in front of log lines; empty when there is none."""
        return self._log.message_id

    @message_id.setter
    def message_id(self, identity: str) -> None:
        self._log.message_id = identity

    @property
    def host_name(self) -> bytes:
        """What this server calls itself."""
        return self.scope.connection.active_hostname or self.scope.world.host_name

    @property
    def command(self) -> bytes:
        """The command line that is being worked on."""
        return self.scope.connection.command

    def printed_command(self) -> str:
        """The command line, as log lines show it."""
        return printed(self.command)

    def option(self, name: str) -> object:
        """The value of a main option that is not expanded, or its default."""
        return self.config.option(name)

    def number(self, name: str) -> int:
        """The value of a main option that is a number; 0 when it has none."""
        value = self.config.option(name)
        return value if isinstance(value, int) else 0

    def unsupported(self, what: str) -> NoReturn:
        """Raises EximLangError: what Exim would do here is not known, and a guess would be worse."""
        raise EximLangError(f"{what} is not simulated")

    def send(self, raw: bytes) -> None:
        """Sends bytes as they are."""
        self._out.append(raw)

    def say(self, line: bytes) -> None:
        """Sends one reply line, given without its CRLF."""
        line += b"\r\n"
        self._remember_rcpt(line)
        self._out.append(line)

    def respond(self, code: bytes, message: bytes, *, extended: bytes = b"", final: bool = True) -> None:
        """Sends a reply that may have several lines."""
        one_line = "no_multiline_responses" in self.scope.connection.controls
        if one_line and not final:
            return
        self._remember_rcpt(message)
        self._out.append(format_reply(code, message, extended=extended, final=final, one_line=one_line))

    def respond_custom(self, code: bytes, message: bytes) -> None:
        """Sends a message that may start with a code of its own."""
        own, extended, rest = self.own_code(code, message)
        self.respond(own, rest, extended=extended)

    def own_code(self, code: bytes, message: bytes, *, check: bool = True) -> tuple[bytes, bytes, bytes]:
        """Code, extended code and text of a custom message; a code of another class than `code` is not taken, and logged."""
        own, extended, rest = split_code(message)
        if not own:
            return code, b"", message
        if check and own[:1] != code[:1]:
            words = f"configured error code starts with incorrect digit (expected {chr(code[0])})"
            self.log("main", "panic", line=f'{words} in "{message.decode("latin-1")}"')
            return code, b"", rest
        return own, extended, rest

    def _remember_rcpt(self, text: bytes) -> None:
        """Keeps the reply to RCPT, for DATA to repeat when all were refused with the same words."""
        if not self.rcpt_in_progress:
            return
        self.rcpt_in_progress = False
        transaction = self.transaction
        if transaction.rcpt_reply is None:
            transaction.rcpt_reply = bytes(text)
        elif transaction.rcpt_reply != text:
            transaction.rcpt_reply_same = False

    def log(self, *logs: str, line: str, with_id: bool = True) -> None:
        """Writes one line to each of `logs` ("main", "reject", "panic"), behind the id of the message if there is one."""
        identity = self._log.message_id
        if not with_id:
            self._log.message_id = ""
        self._log.extend([(log, line) for log in logs])
        self._log.message_id = identity

    def run_acl(self, where: str, option: str) -> Verdict | None:
        """Runs the ACL of a phase; None when the option is unset."""
        acl = self.config.text(option)
        if acl is None:
            if self.scope.debug is not None and where in MUST_BE_SET:
                self.scope.debug("ACL is NULL: implicit DENY")
            return None
        verdict = run_acl(self.scope, where, acl)
        if verdict.user_message is not None and len(verdict.user_message) > WIDTH:
            verdict = replace(verdict, user_message=split_message(verdict.user_message))
        return verdict

    def decide(
        self, phase: str, subject: bytes, accepted: bool, verdict: Verdict | None = None, reason: str = ""
    ) -> None:
        """Notes how a phase ended; the reply is filled in when the command is done."""
        self._undecided.append((phase, subject, accepted, verdict, reason))

    def note(self, text: str) -> None:
        """Tells once what this session did not do as Exim would."""
        if text not in self.notes:
            self.notes.append(text)

    def take(self, message: Taken) -> None:
        """Hands out a message that was accepted."""
        self._taken.append(message)

    def protocol_error(self, code: bytes, message: bytes, *, data: bytes | None = None, kind: str = "protocol") -> None:
        """A command that is wrong or out of place; too many of them end the session."""
        words = message.decode("latin-1")
        self.log_syntax_error(kind, words)
        dropped = self.count_syntax_error()
        detail = b"" if data is None else data + b": "
        self.say(code + (b"-" if dropped else b" ") + detail + message)
        if dropped:
            self.say(code + b" Too many syntax or protocol errors")
        self.decide("", self.command, False, reason=words)

    def log_syntax_error(self, kind: str, words: str) -> None:
        """The line about a bad command (`kind` "syntax" or "protocol"), which only some want."""
        if logline.selected(self.scope, f"smtp_{kind}_error"):
            who = logline.host_and_ident(self.scope)
            self.log("main", line=f'SMTP {kind} error in "{self.printed_command()}" {who} {words}')

    def count_syntax_error(self) -> bool:
        """Counts a bad command; True when that was one too many, which ends the session."""
        self.syntax_errors += 1
        if self.syntax_errors <= self.number("smtp_max_synprot_errors"):
            return False
        who = logline.host_and_ident(self.scope, flag=False)
        last = f'last command was "{self.printed_command()}", {self._history()}'
        line = f"SMTP call from {who} dropped: too many syntax or protocol errors ({last})"
        self.log("main", "reject", line=line)
        self.closed = True
        return True

    def history(self, name: str) -> None:
        """Notes a command for `$smtp_command_history`."""
        self.scope.connection.command_history.append(name.encode())

    def _history(self) -> str:
        names = self.scope.connection.command_history
        return (" C=" if len(names) < HISTORY else " C=...") + b",".join(names[-HISTORY:]).decode()

    def duration(self) -> str:
        """How long the client has been connected, as log lines say it."""
        return logline.print_time(int(self.scope.world.now() - self.started))

    def new_offer(self) -> Advertised:
        """Forgets what was offered; returns the new, empty offer."""
        self.advertised = Advertised()
        return self.advertised

    def new_recipient(self) -> Recipient:
        """A recipient that is to be filled in."""
        return Recipient(b"")

    def reset(self) -> None:
        """Forgets the message under way, as RSET does."""
        self.scope.message = Message()
        self.scope.address = None
        self.scope.sender_address_data = None
        self.transaction = Transaction()

    def read_message(self, reader: MessageReader) -> None:
        """Hands what comes next to `reader`, until it has got all it wants."""
        self._message_reader = reader
        self._reader = Session._read_message

    def await_proxy(self) -> None:
        """What comes next is the header of a proxy."""
        self._reader = Session._read_proxy

    def converse(self, dialogue: Dialogue) -> None:
        """Starts a command that asks the client further questions."""
        self._dialogue = dialogue
        self._advance(None)

    # The machine.

    def _flush(self) -> bytes:
        out = b"".join(self._out)
        self._out.clear()
        return out

    def _line(self) -> bytes | None:
        """The next line off the buffer, without its newline; None when it is not complete."""
        end = self._buffer.find(b"\n")
        if end == -1:
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def _read_command(self) -> bool:
        line = self._line()
        if line is None:
            if len(self._buffer) < COMMAND_LIMIT:
                return False
            line = bytes(self._buffer[:COMMAND_LIMIT])
            del self._buffer[:COMMAND_LIMIT]
        self._step(lambda: commands.perform(self, line), line)
        return True

    def _read_proxy(self) -> bool:
        header = proxy.read_header(bytes(self._buffer[: proxy.LIMIT]))
        if header is not None:
            self._take_proxy(header)
        return header is not None

    def _lose_proxy(self, reason: str) -> None:
        self._take_proxy(proxy.lost_header(bytes(self._buffer), reason))

    def _take_proxy(self, header: proxy.Header) -> None:
        del self._buffer[: header.size]
        self._reader = Session._read_command
        self._step(lambda: greeting.proxied(self, header), b"")

    def _read_message(self) -> bool:
        reader = self._message_reader
        assert reader is not None
        ended = False

        def step() -> None:
            nonlocal ended
            ended = reader(self._buffer)

        self._step(step, b"")
        if ended:
            self._message_reader = None
            self.some_discarded = False
            self._reader = Session._read_command
        return ended

    def _read_answer(self) -> bool:
        line = self._line()
        if line is None:
            return False
        self._step(lambda: self._advance(line.rstrip(b"\r\n")), line)
        return True

    def _advance(self, answer: bytes | None) -> None:
        dialogue = self._dialogue
        assert dialogue is not None
        try:
            question = next(dialogue) if answer is None else dialogue.send(answer)
        except StopIteration:
            self._dialogue = None
            self._reader = Session._read_command
        else:
            self.say(question)
            self._reader = Session._read_answer

    def _die(self, death: ProcessDied) -> None:
        """Exim's process ends here, and with it the conversation: no reply, nothing more."""
        if not any(line.endswith(death.message) for _, line in self.scope.log[-2:]):
            self.log("main", "panic", line=death.message)
        self.decide("", self.command, False, reason=death.message)
        self.closed = self.died = True

    def _step(self, action: Callable[[], None], line: bytes) -> None:
        """Does one thing, then completes the decisions that it made with the command and the replies it led to."""
        start = len(self._out)
        try:
            action()
        except ProcessDied as death:
            self._die(death)
        if self._undecided:
            reply = b"".join(self._out[start:])
            command = line.rstrip(b"\r\n")
            for phase, subject, accepted, verdict, reason in self._undecided:
                self.events.append(Decision(phase, command, subject, accepted, reply, verdict, reason))
            self._undecided.clear()
        if self._taken:
            self.events += self._taken
            self._taken.clear()
        if self.scope.reports:
            self.events += self.scope.reports
            self.scope.reports.clear()
