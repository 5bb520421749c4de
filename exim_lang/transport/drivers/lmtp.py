"""The transport `lmtp`: LMTP with a command or a Unix socket (specification chapter 28)."""

from __future__ import annotations

from exim_lang.transport.command import command_words
from exim_lang.transport.copy import Frame, make_copy, recipients_of
from exim_lang.transport.delivery import CommandTarget, SocketTarget, Target
from exim_lang.transport.registry import Job, Refused, transport_driver


@transport_driver("lmtp")
def lmtp(job: Job) -> Target:
    """The command or the socket."""
    text = job.transport.text("command")
    if text is not None:
        words = command_words(job, text.encode(), f"{job.name} transport")
    job.copy = make_copy(job, Frame(crlf=True), "LMTP")
    timeout = job.number("timeout")
    if text is not None:
        return CommandTarget(words, timeout=timeout, lmtp=True, recipients=recipients_of(job))
    path = job.option_value("socket", "socket setting")
    if path is None:
        raise Refused(f"one (and only one) of command or socket must be set for the {job.name} transport", panic=True)
    return SocketTarget(bytes(path), timeout, recipients_of(job))
