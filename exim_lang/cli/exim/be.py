"""`-be` and `-bem`: expands each argument, or each line of the standard input (specification chapter 5)."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, BinaryIO

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
BLANK_OR_BACKSLASH = b"\\ \t\r\v\f"
MACRO = re.compile(r"([A-Z][A-Za-z0-9_]*)\s*==?\s*(.*)", re.DOTALL)
SET = re.compile(rb"set(,t)?\s+acl_([cm][0-9_]\w*)\s*=\s*(.*)", re.DOTALL)


def run(flags: Flags, config: Config) -> int:
    """Expands what the command line or the standard input gives; returns 1 where Exim's process would end, otherwise 0."""
    scope = exim_scope(flags, config)
    if "bem" in flags.facts:
        read_message(scope, flags.facts["bem"])
    out = sys.stdout.buffer
    try:
        if flags.arguments:
            for argument in flags.arguments:
                out.write(answer(argument.encode("latin-1"), scope) + b"\n")
        else:
            answer_lines(scope, flags.macros)
    except ProcessDied as death:
        out.flush()
        sys.stderr.buffer.write(f"{log_stamp(scope.world.now())} {death.message}\n".encode("latin-1", "replace"))
        return 1
    return 0


def answer_lines(scope: Scope, macros: Mapping[str, str]) -> None:
    """Expands each line of the standard input."""
    out = sys.stdout.buffer
    macros = dict(macros)
    on_terminal = sys.stdin.isatty()
    prompt = b"" if on_terminal else b"> "
    for line in logical_lines(input_lines(out, on_terminal)):
        text = replace_macros(line, macros) if macros or line[:1].isupper() else line
        out.write(prompt if text is None else prompt + answer(text, scope) + b"\n")
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
    """A backslash at the end of a line goes on with the next one, whose leading white space is dropped."""
    joined = b""
    for physical in lines:
        if not joined and physical[-1:] not in BLANK_OR_BACKSLASH:
            yield physical
            continue
        line = physical.lstrip(b" \t\r\v\f") if joined else physical
        if line[-1:] in BLANK_OR_BACKSLASH and line.rstrip(b" \t\r\v\f").endswith(b"\\"):
            joined += line.rstrip(b" \t\r\v\f")[:-1]
            continue
        yield joined + line
        joined = b""
    if joined:
        yield joined


def replace_macros(line: bytes, macros: dict[str, str]) -> bytes | None:
    """`line` with macros replaced; None for a line that defines one."""
    text = line.decode("latin-1")
    found = MACRO.fullmatch(text)
    if found:
        macros[found[1]] = found[2]
        return None
    for name, value in macros.items():
        text = text.replace(name, value)
    return text.encode("latin-1")


def answer(text: bytes, scope: Scope) -> bytes:
    """What Exim prints for one string; raises ProcessDied."""
    setting = SET.fullmatch(text) if text.startswith(b"set") else None
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
