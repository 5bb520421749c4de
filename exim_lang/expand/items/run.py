"""`${run{command}}` (specification section 11.5)."""

from __future__ import annotations

from exim_lang.errors import ExpansionError
from exim_lang.expand.items.extract import quoted_word
from exim_lang.expand.registry import item
from exim_lang.expand.scope import Scope
from exim_lang.expand.string_list import SPACES
from exim_lang.taint import is_tainted, like

NOT_STARTED = 127
TIMEOUT = 60.0
"""Seconds that a command may take."""


@item("run", 1, scope=True, options=True, choice=True)
def run(scope: Scope, options: str, command: bytes) -> bytes | None:
    """The output of a program, None when its status is not 0; the output is `$value` from then on, the status `$runrc`.

    Without the option `preexpand` the command is the text as it stands, and its words are expanded here.
    """
    preexpand = False
    for option in options.split(",") if options else ():
        if option != "preexpand":
            raise ExpansionError(f"bad option '{option}' for run")
        preexpand = True
    words = split_command(command)
    arguments = words if preexpand else [_expanded(scope, word, command) for word in words]
    if not arguments:
        return b""
    if is_tainted(arguments[0]):
        scope.log.append(("panic", f"Attempt to exec tainted path: '{arguments[0].decode('latin-1')}'"))
        raise ExpansionError("couldn't create child process: Operation not permitted")
    output, status = _result(scope, [bytes(argument) for argument in arguments])
    scope.process.facts["runrc"] = b"%d" % status
    scope.value = output
    return output if status == 0 else None


def _result(scope: Scope, arguments: list[bytes]) -> tuple[bytes, int]:
    try:
        done = scope.world.run(arguments, timeout=TIMEOUT)
    except TimeoutError:
        raise ExpansionError("command timed out") from None
    except OSError:
        return b"", NOT_STARTED
    if done.status < 0:
        raise ExpansionError(f"command killed by signal {-done.status}")
    return done.output, done.status


def split_command(command: bytes) -> list[bytes]:
    """The words of a command: single quotes take all as it stands, in double quotes backslashes escape."""
    words: list[bytes] = []
    at = 0
    while True:
        while at < len(command) and command[at] in SPACES:
            at += 1
        if at >= len(command):
            return words
        if command[at : at + 1] == b"'":
            end = command.find(b"'", at + 1)
            end = len(command) if end < 0 else end
            word, at = command[at + 1 : end], end + 1
        else:
            word, at = quoted_word(command, at)
        words.append(like(word, command))


def _expanded(scope: Scope, word: bytes, command: bytes) -> bytes:
    from exim_lang.expand.engine import expand

    try:
        return expand(bytes(word), scope)
    except ExpansionError as error:
        shown, whole = word.decode("latin-1"), command.decode("latin-1")
        message = f'Expansion of "{shown}" from command "{whole}" in ${{run}} expansion failed: {error.message}'
        raise type(error)(message) from error
