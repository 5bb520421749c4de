"""Commands of transports and transport filters: words, expanded one by one, none of them tainted (section 29.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.errors import ExpansionError
from exim_lang.expand.items.run import split_command
from exim_lang.taint import is_tainted
from exim_lang.transport.registry import Refused

if TYPE_CHECKING:
    from exim_lang.transport.registry import Job


def command_words(job: Job, command: bytes, what: str, *, expand: bool = True) -> tuple[bytes, ...]:
    """The arguments of a command; raises Refused.

    `what` is "NAME transport" or "transport filter" for the messages. `$pipe_addresses` becomes one argument for each
    address, `$address_pipe` those of the command that a redirect router gave.
    """
    words: list[bytes] = []
    for word in split_command(command):
        if word == b"$pipe_addresses":
            words += [address.address for address in job.addresses]
        elif word == b"$address_pipe" and expand and job.address.state.address_pipe is not None:
            words += split_command(job.address.state.address_pipe.removeprefix(b"|").strip())
        elif expand:
            words.append(_expanded(job, bytes(word), command, what))
        else:
            words.append(word)
    if job.scope.config.dialect.version >= (4, 96):
        for number, word in enumerate(words):
            # addresses of the batch are as Exim made them, and taken
            if is_tainted(word) and expand and word not in {address.address for address in job.addresses}:
                message = f"Tainted arg {number} for {what} command: '{word.decode('latin-1')}'"
                raise Refused(message, status="failed")
    return tuple(bytes(word) for word in words)


def _expanded(job: Job, word: bytes, command: bytes, what: str) -> bytes:
    try:
        return job.expand(word)
    except ExpansionError as error:
        shown, whole = word.decode("latin-1"), command.decode("latin-1")
        raise Refused(f'Expansion of "{shown}" from command "{whole}" in {what} failed: {error.message}', panic=True) from error


def transport_filter(job: Job) -> tuple[bytes, ...]:
    """The command of the option `transport_filter`, empty without one; raises Refused."""
    text = job.transport.text("transport_filter")
    return command_words(job, text.encode(), "transport filter") if text is not None else ()
