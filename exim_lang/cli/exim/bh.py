"""`-bh` and `-bhc`: a conversation with a client at a given address, read from the standard input (specification chapter 5).

The dialogue goes to the standard output, the trace (`>>> `) and the log lines (`LOG: `) to the standard error.
"""

from __future__ import annotations

import os
import select
import sys
from typing import TYPE_CHECKING

from exim_lang.acl.trace import LEVEL_MARK
from exim_lang.cli.exim.scope import exim_scope, split_port
from exim_lang.expand.state import Message
from exim_lang.smtp.client import address_and_port
from exim_lang.smtp.logline import selected
from exim_lang.smtp.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from exim_lang.cli.exim.flags import Flags
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import Config

OPENING = """
**** SMTP testing session as if from host {address}
**** but without any ident (RFC 1413) callback.
**** This is not for real!

"""


def run(flags: Flags, config: Config) -> int:
    """Holds the conversation; returns Exim's exit status."""
    given = flags.facts["bh"]
    address, port = address_and_port(given, config.dialect.version)
    if not address:
        print(f'exim abandoned: "{given}" is not an IP address', file=sys.stderr)
        return 1
    scope = exim_scope(flags, config)
    connection = scope.connection
    connection.host_address = address
    connection.host_port = port
    # What a local caller would be believed, a client is not.
    scope.message = Message()
    if "oMt" not in flags.facts:
        connection.ident = None
    if "oMai" not in flags.facts:
        connection.authenticated_id = b""
    if "oMa" in flags.facts and not port:
        connection.host_port = split_port(flags.facts["oMa"])[1]
    scope.process.pid = os.getpid()
    said = Remarks()
    scope.debug = said.traced.append
    session = Session(scope, testing=True, on_log=logger(scope, said.log))
    write(OPENING.format(address=address.decode()).encode())
    try:
        converse(session, said)
    finally:
        said.show()
    return 1 if session.died else 0


def converse(session: Session, said: Remarks) -> None:
    """Passes the standard input through the session; what it says goes out before more is read."""
    source = sys.stdin.buffer
    answer = session.greet()
    said.show()
    write(answer)
    while not session.closed:
        if session.awaits_proxy and not select.select([source], [], [], session.proxy_timeout())[0]:
            answer = session.proxy_is_late()
            said.show()
            write(answer)
            continue
        line = source.read(1) if session.awaits_proxy else source.readline()
        answer = session.receive(line) if line else session.end_of_input()
        said.show()
        write(answer)


def write(data: bytes) -> None:
    if data:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


class Remarks:
    """What is said beside the conversation, which goes out in one piece in front of each reply."""

    def __init__(self) -> None:
        self.traced: list[str] = []
        """The trace since the last log line; an entry may be several lines."""
        self.text = ""

    def log(self, line: str) -> None:
        """A log line, its newline included."""
        self._take()
        self.text += line

    def show(self) -> None:
        """Writes down what was said since the last time."""
        self._take()
        if self.text:
            write_error(self.text)
            self.text = ""

    def _take(self) -> None:
        if self.traced:
            lines = "\n".join(self.traced).replace("\n", "\n>>> ")
            # The mark of deeper levels is the one character that is more than a byte.
            self.text += f">>> {lines}\n".replace(LEVEL_MARK, LEVEL_MARK.encode().decode("latin-1"))
            self.traced.clear()


def write_error(text: str) -> None:
    """Writes to the standard error, at once."""
    sys.stderr.buffer.write(text.encode("latin-1", "replace"))
    sys.stderr.buffer.flush()


def logger(scope: Scope, write: Callable[[str], None] = write_error) -> Callable[[tuple[str, ...], str], None]:
    """What shows the log lines of a session; lines for the reject or panic log alone are not shown twice.

    Exim leaves the time of day out, but not the milliseconds and the process that log_selector asks for.
    """

    def log(logs: tuple[str, ...], line: str) -> None:
        if "main" in logs or "panic" in logs:
            write(f"LOG: {log_prefix(scope)}{line}\n")

    return log


def log_prefix(scope: Scope) -> str:
    """What `+millisec` and `+pid` put in front of a line."""
    milliseconds = f"{int(scope.world.now() * 1000) % 1000:03d} " if selected(scope, "millisec") else ""
    return milliseconds + (f"[{scope.process.pid}] " if selected(scope, "pid") else "")
