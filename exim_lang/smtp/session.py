"""One SMTP conversation as a sans-I/O state machine: bytes in, replies out (specification chapter 49).

The session holds what lasts; what each command does stands in a file of its own, and the table of them in commands.py.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from exim_lang.errors import EximLangError
from exim_lang.smtp.events import Decision, Event, Taken
from exim_lang.smtp.replies import printed

if TYPE_CHECKING:
    from exim_lang.acl.verdict import Verdict
    from exim_lang.expand.scope import Scope
    from exim_lang.expand.state import Tls

COMMAND_LIMIT = 16384
"""Bytes of one command line that Exim reads before it gives up."""

Dialogue = Generator[bytes, bytes, None]
"""A command that talks on, such as AUTH: yields a reply line, is sent the client's next line."""


class Session:
    """A conversation with one client.

    The scope's connection says who the client is. `testing` is Exim's host checking mode (`-bh`): what it accepts goes
    nowhere, and each accepted message is followed by the remark that its id is not real. `tls` is what a STARTTLS yields;
    without it STARTTLS fails as it does where TLS cannot be started. `on_log` is called with each new line of `scope.log`.
    """

    def __init__(
        self,
        scope: Scope,
        *,
        testing: bool = False,
        tls: Tls | None = None,
        on_log: Callable[[tuple[str, ...], str], None] | None = None,
    ) -> None:
        raise EximLangError("sessions cannot be held yet")

    events: list[Event]
    closed: bool

    def greet(self) -> bytes:
        """The client has connected: the banner, or the reply that refuses the connection."""
        raise NotImplementedError

    def receive(self, data: bytes) -> bytes:
        """Takes what the client sent, any amount of it; returns the replies that are due."""
        raise NotImplementedError

    def end_of_input(self) -> bytes:
        """The client has gone without QUIT; returns what Exim still says to it."""
        raise NotImplementedError
