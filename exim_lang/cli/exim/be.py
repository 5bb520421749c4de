"""`-be` and `-bem`: expands each argument, or each line of the standard input (specification chapter 5)."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

from exim_lang.cli.exim.macros import Macros
from exim_lang.cli.exim.refusal import log_stamp
from exim_lang.cli.exim.scope import exim_scope
from exim_lang.errors import EximLangError, ProcessDied, UsageError
from exim_lang.expand.engine import expand
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.cli.exim.flags import Flags
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import Config

READ_AT_ONCE = 1 << 16
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
    macros = Macros(scope.config, scope.world)
    on_terminal = sys.stdin.isatty()
    prompt = b"" if on_terminal else b"> "
    for line in logical_lines(input_lines(out, on_terminal)):
        out.write(prompt + said(line, macros, scope))
    out.write(prompt + b"\n")


def input_lines(out: BinaryIO, on_terminal: bool) -> Iterator[bytes]:
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
        yield from lines
    if rest:
        yield rest


def logical_lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    """White space at the end of a line is dropped; a backslash there goes on with the next one, without its leading blanks."""
    joined = b""
    for physical in lines:
        if not joined and physical[-1:] not in BLANK_OR_BACKSLASH:
            yield physical
            continue
        line = (physical.lstrip(BLANKS) if joined else physical).rstrip(BLANKS)
        if line.endswith(b"\\"):
            joined += line[:-1]
            continue
        yield joined + line
        joined = b""
    if joined:
        yield joined


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
        return b"Failed: " + error.message.encode("latin-1")
    variables = scope.connection.acl_c if name[0] == "c" else scope.message.acl_m
    variables[name[1:]] = taint(value) if tainted else value
    return b"variable " + name.encode("latin-1") + b" set"


def read_message(scope: Scope, path: str) -> None:
    """Makes the message in the file at `path` the one that is being processed."""
    from exim_lang.expand.headers import split_headers

    try:
        with open(path.encode("latin-1"), "rb") as file:
            content = file.read()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    message = scope.message
    message.headers, message.body = split_headers(content)
    message.size = len(content)
    message.received = True
