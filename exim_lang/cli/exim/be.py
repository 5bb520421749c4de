"""`-be` and `-bem`: expands each argument, or each line of the standard input (specification chapter 5)."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO

from exim_lang.cli.exim.macros import Macros
from exim_lang.cli.exim.refusal import log_stamp
from exim_lang.cli.exim.scope import exim_scope
from exim_lang.errors import EximLangError, ProcessDied, UsageError
from exim_lang.expand.engine import KEPT, evaluator, expand
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.cli.exim.flags import Flags
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import Config

READ_AT_ONCE = 1 << 16
ANSWERED_AT_ONCE = 1024
"""Lines whose answers are written together."""
BLANKS = b" \t\r\v\f"
BLANK_OR_BACKSLASH = b"\\" + BLANKS
SET = re.compile(rb"set(,t)?\s+acl_([cm][0-9_]\w*)\s*=\s*(.*)", re.DOTALL)


def run(flags: Flags, config: Config) -> int:
    """Expands what the command line or the standard input gives; returns 1 where Exim's process would end, otherwise 0."""
    scope = exim_scope(flags, config)
    if "bem" in flags.facts:
        read_message(scope, flags.facts["bem"])
    out = sys.stdout.buffer
    try:
        if flags.arguments:
            macros = Macros(config, scope.world)
            for argument in flags.arguments:
                out.write(said(argument.encode("latin-1"), macros, scope))
        else:
            answer_lines(scope)
    except ProcessDied as death:
        out.flush()
        sys.stderr.buffer.write(f"{log_stamp(scope.world.now())} {death.message}\n".encode("latin-1", "replace"))
        return 1
    return 0


def said(line: bytes, macros: Macros, scope: Scope) -> bytes:
    """What Exim prints for one line or argument."""
    text, expandable = macros.read(line)
    return answer(text, scope) + b"\n" if expandable else text


def answer_lines(scope: Scope) -> None:
    """Expands each line of the standard input, with the macros of the scope's configuration."""
    out = sys.stdout.buffer
    on_terminal = sys.stdin.isatty()
    lines = Lines(scope, b"" if on_terminal else b"> ")
    for block in input_blocks(out, on_terminal):
        for start in range(0, len(block), ANSWERED_AT_ONCE):
            lines.take(block[start : start + ANSWERED_AT_ONCE], out)
    lines.end(out)


def input_blocks(out: BinaryIO, on_terminal: bool) -> Iterator[list[bytes]]:
    """The lines of the standard input without their newlines; before it waits for more, what was written is shown.

    On a terminal each wait has its prompt; elsewhere the prompt is written with the answer, so that lines that are there
    already need no flushing.
    """
    rest = b""
    while True:
        if on_terminal:
            out.write(b"> ")
        out.flush()
        data = os.read(sys.stdin.fileno(), READ_AT_ONCE)
        if not data:
            break
        *lines, rest = (rest + data).split(b"\n")
        yield lines
    if rest:
        yield [rest]


class Lines:
    """The lines that are read, put together where one goes on with the next, and what is said to them.

    White space at the end of a line is dropped; a backslash there goes on with the next one, without its leading blanks.
    """

    def __init__(self, scope: Scope, prompt: bytes) -> None:
        self.scope = scope
        self.prompt = prompt
        self.macros = Macros(scope.config, scope.world)
        self.joined = b""
        self.known: dict[bytes, Callable[[Scope], bytes]] = {}
        """What evaluates a line that was seen before: one that is all of a string, with no macro in it."""

    def take(self, lines: Sequence[bytes], out: BinaryIO) -> None:
        """Writes what is said to physical lines; raises ProcessDied."""
        known, scope = self.known, self.scope
        values: list[bytes] = []
        try:
            for line in lines:
                function = known.get(line)
                if function is None or self.joined:
                    self.write(values, out)
                    values = []
                    self.read(line, out)
                    continue
                try:
                    values.append(function(scope))
                except ProcessDied:
                    raise
                except EximLangError as error:
                    values.append(failed(error))
        finally:
            self.write(values, out)

    def write(self, values: Sequence[bytes], out: BinaryIO) -> None:
        if values:
            out.write(self.prompt + (b"\n" + self.prompt).join(values) + b"\n")

    def read(self, physical: bytes, out: BinaryIO) -> None:
        """Takes a line that may be part of one, or define a macro, or be seen for the first time."""
        if not self.joined and physical[-1:] not in BLANK_OR_BACKSLASH:
            self.learn(physical)
            out.write(self.prompt + said(physical, self.macros, self.scope))
            return
        line = (physical.lstrip(BLANKS) if self.joined else physical).rstrip(BLANKS)
        if line.endswith(b"\\"):
            self.joined += line[:-1]
            return
        line, self.joined = self.joined + line, b""
        out.write(self.prompt + said(line, self.macros, self.scope))

    def learn(self, line: bytes) -> None:
        """Keeps what evaluates `line`; a macro that is defined may be in the lines that were kept."""
        if self.macros.concern(line):
            self.known.clear()
        elif not line.startswith(b"set") and len(self.known) < KEPT:
            self.known[line] = evaluator(line, self.scope)

    def end(self, out: BinaryIO) -> None:
        """Says what there is to say at the end of the input."""
        if self.joined:
            out.write(self.prompt + said(self.joined, self.macros, self.scope))
        out.write(self.prompt + b"\n")


def answer(text: bytes, scope: Scope) -> bytes:
    """What Exim prints for one string; raises ProcessDied."""
    can_set = text.startswith(b"set") and scope.config.dialect.version >= (4, 98)
    setting = SET.fullmatch(text) if can_set else None
    try:
        if setting is None:
            return expand(text, scope)
        tainted, name, value = setting[1], setting[2].decode("latin-1"), expand(setting[3], scope)
    except ProcessDied:
        raise
    except EximLangError as error:
        return failed(error)
    variables = scope.connection.acl_c if name[0] == "c" else scope.message.acl_m
    variables[name[1:]] = taint(value) if tainted else value
    return b"variable " + name.encode("latin-1") + b" set"


def failed(error: EximLangError) -> bytes:
    return b"Failed: " + error.message.encode("latin-1")


def read_message(scope: Scope, path: str) -> None:
    """Makes the message in the file at `path` the one that is being processed."""
    from exim_lang.smtp.local import take_for_test
    from exim_lang.smtp.session import Session

    try:
        with open(path.encode("latin-1"), "rb") as file:
            content = file.read()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    scope.process.pid = os.getpid()
    if not take_for_test(Session(scope), content):
        sys.stdout.buffer.write(b"Warning: no message headers read\n")
