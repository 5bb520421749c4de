"""Obeying an Exim filter: its commands become actions, nothing else happens (the filter document, chapter 3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, assert_never

from exim_lang.errors import ExpansionError, ForcedFailure
from exim_lang.expand.addresses import AddressError, parse_address
from exim_lang.expand.header_changes import add_header, apply_changes, remove_header
from exim_lang.filter.actions import (
    Action,
    Added,
    ChangingHeaders,
    Delivering,
    Finishing,
    Ignored,
    Logging,
    Mailing,
    Piping,
    Printing,
    Saving,
    Stopping,
    printable,
)
from exim_lang.filter.conditions import holds
from exim_lang.filter.forbidden import check_allowed
from exim_lang.filter.nodes import (
    Add,
    Command,
    Deliver,
    Finish,
    Headers,
    If,
    LogFile,
    LogWrite,
    Mail,
    Pipe,
    Save,
    Stop,
    TestPrint,
)
from exim_lang.filter.personal import Rewrite, own_addresses
from exim_lang.filter.words import FilterError
from exim_lang.records import dataclass, field

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

_COUNTER = re.compile(rb"n([0-9])")
_INTEGER = re.compile(rb"\s*[+-]?(?:0[xX][0-9a-fA-F]+|[0-9]+)\s*")
_HEADER_BEHIND = re.compile(rb"[ \t]|[\x21-\x39\x3b-\x7e]+:")
_ADDRESS_FIELDS = ("to", "cc", "bcc", "from", "reply_to", "subject")


@dataclass(slots=True)
class FilterRun:
    """One run of a filter against the message and the address in `scope`.

    `rewrite` rewrites an address as in a header line; `qualify` completes one that has no domain. `forbidden` are kinds of
    expansions, and "logwrite" and "reply", that the configuration does not allow. `home` is put in front of a relative path.
    `watch` takes Exim's lines about conditions. `act` is told of each action at once.
    """

    scope: Scope
    rewrite: Rewrite
    qualify: Callable[[bytes], bytes]
    system: bool = False
    testing: bool = False
    home: bytes | None = None
    forbidden: frozenset[str] = frozenset()
    first_delivery: bool = True
    manually_thawed: bool = False
    watch: Callable[[str], None] | None = None
    act: Callable[[Action], None] | None = None
    actions: list[Action] = field(default_factory=list)
    delivered: bool = False
    stopped: Stopping | None = None
    log_file: bool = False

    def run(self, commands: Sequence[Command]) -> None:
        """Obeys the commands; raises FilterError, with what was done before in `actions`."""
        process, message = self.scope.process, self.scope.message
        saved = process.filter_counters, self.scope.numeric, message.recipients_visible
        process.filter_counters = [0] * 10
        message.recipients_visible = self.system or message.recipients_visible
        try:
            self._obey(commands)
            if self.system:
                process.system_filter_counters = process.filter_counters
        finally:
            process.filter_counters, self.scope.numeric, message.recipients_visible = saved

    def expand(self, text: bytes, where: str) -> bytes:
        """The value of a string; `where` is "filter file" or "... command" for the message of FilterError."""
        shown = text.decode("latin-1")
        try:
            check_allowed(text, self.forbidden)
            return bytes(self.scope.expand(bytes(text)))
        except ExpansionError as error:
            raise FilterError(f'failed to expand "{shown}" in {where}: {error.message}') from error

    def _obey(self, commands: Sequence[Command]) -> bool:
        """Whether the filter goes on behind these commands."""
        return all(self._one(command) for command in commands)

    def _do(self, action: Action) -> None:
        self.actions.append(action)
        if self.act is not None:
            self.act(action)

    def _one(self, command: Command) -> bool:
        match command:
            case If():
                return self._if(command)
            case Add(number, variable):
                self._add(number, variable)
            case Deliver():
                self._deliver(command)
            case Save(path, mode, seen, noerror):
                value = self.expand(path, "save command")
                if self.home and not value.startswith(b"/") and not self.testing:
                    value = self.home + b"/" + value
                self._significant(seen is not False)
                self._do(Saving(value, mode, seen is not False, noerror))
            case Pipe(text, seen, noerror):
                self._significant(seen is not False)
                self._do(Piping(text, seen is not False, noerror))
            case Mail():
                self._mail(command)
            case LogFile(path, _, seen):
                value = self.expand(path, "logfile command")
                self._significant(seen is True)
                self.log_file = True
                self._do(Logging("logfile", value, seen is True))
            case LogWrite(text, seen):
                self._logwrite(text, seen is True)
            case TestPrint(text, seen):
                value = self.expand(text, "testprint command")
                self._significant(seen is True)
                self._do(Printing(value))
            case Finish(seen):
                self._significant(seen is True)
                self._do(Finishing(seen is True))
                return False
            case Stop(name, text):
                self.stopped = Stopping(name, self.expand(text, f"{name} command"))
                self._do(self.stopped)
                return False
            case Headers(what, text):
                self._headers(what, text)
            case _:
                assert_never(command)
        return True

    def _significant(self, yes: bool) -> None:
        self.delivered = self.delivered or yes

    def _if(self, command: If) -> bool:
        facts = self.scope.message.facts
        saved = facts.get("thisaddress")
        try:
            for condition, commands in command.branches:
                if holds(self, condition):
                    return self._obey(commands)
            return self._obey(command.otherwise)
        finally:
            if saved is None:
                facts.pop("thisaddress", None)
            else:
                facts["thisaddress"] = saved

    def _add(self, number: bytes, variable: bytes) -> None:
        values = [self.expand(text, "add command") for text in (number, variable)]
        match = _COUNTER.fullmatch(values[1])
        if match is None:
            raise FilterError(f'unknown variable "{values[1].decode("latin-1")}" in "add" command')
        if not _INTEGER.fullmatch(values[0]):
            raise FilterError(f'malformed number "{values[0].decode("latin-1")}" in "add" command')
        counters = self.scope.process.filter_counters
        assert counters is not None, "run() has made them"
        amount = int(values[0].strip(), 0 if values[0].strip().lower().startswith(b"0x") else 10)
        counters[int(match[1])] += amount
        self._do(Added(amount, int(match[1])))

    def _deliver(self, command: Deliver) -> None:
        address = self._address(self.expand(command.address, "deliver command"))
        errors_to = None
        if command.errors_to is not None:
            errors_to = self._address(self.expand(command.errors_to, "deliver command"), qualified=False)
            own = {one.lower() for one in own_addresses(self.scope, self.rewrite)}
            if not self.system and errors_to.lower() not in own:
                raise FilterError("errors_to must point to the caller's address")
        self._significant(command.seen is not False)
        self._do(Delivering(address, errors_to, command.seen is not False, command.noerror))

    def _address(self, text: bytes, *, qualified: bool = True) -> bytes:
        try:
            parsed = parse_address(text, allow_domain_literals=True)
        except AddressError as error:
            raise FilterError(f'malformed address "{text.decode("latin-1")}" in filter file: {error.message}') from error
        return bytes(self.qualify(parsed.address)) if qualified or not parsed.domain else bytes(parsed.address)

    def _logwrite(self, text: bytes, seen: bool) -> None:
        value = self.expand(text, "logwrite command")
        if not value.endswith(b"\n"):
            value += b"\n"
        if not self.testing:
            if "logwrite" in self.forbidden:
                raise FilterError("logwrite command forbidden")
            if not self.log_file:
                raise FilterError('attempt to obey "logwrite" command without a previous "logfile"')
        self._significant(seen)
        self._do(Logging("logwrite", value, seen))

    def _headers(self, what: str, text: bytes) -> None:
        try:
            value = bytes(self.scope.expand(bytes(text)))
        except ForcedFailure:
            return
        except ExpansionError as error:
            shown = text.decode("latin-1")
            raise FilterError(f'failed to expand "{shown}" in headers command: {error.message}') from error
        message = self.scope.message
        if what == "charset":
            self._do(ChangingHeaders(what, value))
            return
        self._do(ChangingHeaders(what, value))
        if what == "add" and value.strip():
            add_header(message, value.lstrip())
        elif what == "remove":
            remove_header(message, value)
        apply_changes(message)

    def _mail(self, command: Mail) -> None:
        word = "vacation" if command.vacation else "mail"
        if not self.scope.message.return_path and not self.scope.message.sender:
            self._do(Ignored(f"{word} command ignored because return_path is empty"))
            return
        fields = []
        for name, text in command.fields:
            value = self.expand(text, f"{word} command")
            self._check_field(word, name, value)
            fields.append((name, value))
        self._significant(command.seen is True)
        self._do(
            Mailing(
                tuple(fields),
                command.vacation,
                command.expand,
                command.return_message,
                command.seen is True,
                command.noerror,
            )
        )

    def _check_field(self, word: str, name: str, value: bytes) -> None:
        """Nothing may start a header line that does not belong there."""
        if name not in (*_ADDRESS_FIELDS, "extra_headers"):
            return
        shown = printable(value)
        for found in re.finditer(rb"\n", value):
            behind = value[found.end() :]
            if name == "extra_headers":
                if not _HEADER_BEHIND.match(behind):
                    raise FilterError(f'\\n not followed by space or valid header name in "{shown}" in {word} command')
            elif not behind.startswith((b" ", b"\t")):
                raise FilterError(f'\\n not followed by space in "{shown}" in {word} command')
