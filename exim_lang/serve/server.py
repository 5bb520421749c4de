"""A listener that lets mail clients talk to a configuration: each connection is one `Session`, nothing is ever delivered.

Slow, silent, garbled and half-closed clients cost their own connection and nothing else: reads are bounded in size and time,
and what a client does not take is not waited for longer than that.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Callable

from exim_lang.errors import EximLangError
from exim_lang.expand.scope import Scope
from exim_lang.records import dataclass
from exim_lang.smtp.events import Event
from exim_lang.smtp.session import Session

READ_AT_ONCE = 1 << 16
BACKLOG = 1024
TROUBLE = b"451 Temporary local problem - please try later\r\n"
PATIENCE = 300.0
"""Seconds that a client may take to accept what it is told."""


@dataclass(frozen=True, slots=True)
class Observer:
    """Who is told what happens: `event(number, event)`, `trouble(number, error)` and `closed(number)` of each connection."""

    event: Callable[[int, Event], None]
    trouble: Callable[[int, EximLangError], None]
    closed: Callable[[int], None]


class Server:
    """Listens until it is cancelled.

    `make_scope(client, server)` gives the scope of a new connection, from the two ends' (address, port); `timeout` is in
    seconds, for each read and each write; without it smtp_receive_timeout holds for each read.
    """

    def __init__(
        self,
        make_scope: Callable[[tuple[str, int], tuple[str, int]], Scope],
        observer: Observer,
        timeout: float | None = None,
    ) -> None:
        self.make_scope = make_scope
        self.observer = observer
        self.timeout = timeout
        self.patience = PATIENCE if timeout is None else timeout
        self._numbers = itertools.count(1)
        self._open: set[asyncio.Task[None]] = set()

    async def listen(self, host: str, port: int) -> asyncio.Server:
        """Starts to listen; port 0 takes a free one."""
        return await asyncio.start_server(self.connection, host, port, backlog=BACKLOG, limit=READ_AT_ONCE)

    async def finish(self) -> None:
        """Waits until every client that is connected has been served."""
        while self._open:
            await asyncio.wait(self._open)

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talks to one client until either has enough."""
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        number = next(self._numbers)
        client, server = writer.get_extra_info("peername")[:2], writer.get_extra_info("sockname")[:2]
        try:
            await self.converse(number, Session(self.make_scope(client, server), on_socket=True), reader, writer)
        except EximLangError as error:
            self.observer.trouble(number, error)
            await self.last_word(writer, TROUBLE)
        except (ConnectionError, TimeoutError):
            pass  # the client has gone, or takes nothing any more: there is nobody left to tell
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), self.patience)
            self.observer.closed(number)

    async def converse(
        self, number: int, session: Session, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        told = 0
        answer = session.greet(await arrived(reader))
        try:
            while True:
                for event in session.events[told:]:
                    self.observer.event(number, event)
                told = len(session.events)
                writer.write(answer)
                await asyncio.wait_for(writer.drain(), self.patience)
                if session.closed:
                    return
                try:
                    data = await asyncio.wait_for(reader.read(READ_AT_ONCE), self.seconds_to_wait(session))
                except TimeoutError:
                    answer = session.proxy_is_late() if session.awaits_proxy else session.timed_out()
                    continue
                answer = session.receive(data) if data else session.end_of_input()
        except asyncio.CancelledError:
            writer.write(session.terminated())
            raise

    def seconds_to_wait(self, session: Session) -> float | None:
        """How long a client may be silent; None for ever."""
        if session.awaits_proxy:
            return session.proxy_timeout()
        return session.timeout() or None if self.timeout is None else self.timeout

    async def last_word(self, writer: asyncio.StreamWriter, line: bytes) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError):
            writer.write(line)
            await asyncio.wait_for(writer.drain(), self.patience)


async def arrived(reader: asyncio.StreamReader) -> bytes:
    """What a client has sent that did not wait for the banner."""
    reading = asyncio.create_task(reader.read(READ_AT_ONCE))
    await asyncio.wait({reading}, timeout=0)
    if reading.done():
        return reading.result()
    reading.cancel()
    await asyncio.wait({reading})
    return b""
