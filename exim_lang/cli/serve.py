"""Listens for mail clients and answers them as Exim would with a configuration; nothing is ever delivered.

What each ACL decided is shown as it happens. STARTTLS is not answered with TLS.

examples:
  exim-lang serve exim.conf                              on 127.0.0.1, port 2525
  exim-lang serve exim.conf --port 0 --save taken        a free port; accepted messages go to files in taken/
  swaks --server 127.0.0.1:2525 --to joe@here.example    talk to it
  swaks --pipe 'exim-lang serve exim.conf --stdio --host 192.0.2.1' --to joe@here.example

exit status: 0 when interrupted or the client on the standard input is done, 2 usage or unreadable input
"""

from __future__ import annotations

import argparse
import asyncio
import os
import select
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from exim_lang.cli.loading import sound_config
from exim_lang.cli.scope_options import language_options, world_from, world_options
from exim_lang.errors import EximLangError, UsageError

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.smtp.events import Event, Taken


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `exim-lang serve`."""
    parser.add_argument("config", metavar="CONFIG", help="the configuration file")
    parser.add_argument("--listen", default="127.0.0.1", metavar="IP", help="the address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=2525, help="the port, 0 for a free one (default 2525)")
    parser.add_argument("--host", default="", metavar="IP", help="take every client for one with this address")
    parser.add_argument("--stdio", action="store_true", help="talk to one client on the standard input and output")
    parser.add_argument("--save", metavar="DIR", help="write accepted messages into this folder, one file each")
    parser.add_argument("--timeout", type=float, metavar="SECONDS", help="for a silent client (default: smtp_receive_timeout)")
    language_options(parser)
    world_options(parser.add_argument_group("the world"))


def run(options: argparse.Namespace) -> int:
    """Listens until it is interrupted; returns the exit status."""
    makes = ScopeMaker(options)
    show = Display(options.save)
    if options.stdio:
        return talk_on_stdio(makes, show, options.timeout)
    from exim_lang.serve.server import Observer, Server

    server = Server(makes.scope, Observer(show.event, show.trouble, show.closed), options.timeout)
    try:
        asyncio.run(listen(server, options.listen, options.port))
    except KeyboardInterrupt:
        return 0
    except OSError as error:
        raise UsageError(f"cannot listen on {options.listen} port {options.port}: {error.strerror}") from error
    return 0


async def listen(server: object, host: str, port: int) -> None:
    from exim_lang.serve.server import Server

    assert isinstance(server, Server)
    listener = await server.listen(host, port)
    address = listener.sockets[0].getsockname()
    print(f"listening on {address[0]} port {address[1]}", flush=True)
    async with listener:
        await listener.serve_forever()


class ScopeMaker:
    """Makes the scope of each connection; the configuration and the world are shared."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.host: str = options.host
        self.config = sound_config(options.config, macros=options.macros, version=options.exim_version, root=options.root)
        self.world = world_from(options)

    def scope(self, client: tuple[str, int], server: tuple[str, int]) -> Scope:
        from exim_lang.route.scope import routed_scope
        from exim_lang.smtp.client import address_and_port

        scope = routed_scope(self.config, self.world)
        connection = scope.connection
        address, _ = address_and_port(self.host or client[0], self.config.dialect.version)
        if not address:
            raise UsageError(f'"{self.host}" is not an IP address')
        connection.host_address, connection.host_port = address, client[1]
        connection.interface_address, connection.interface_port = server[0].encode(), server[1]
        scope.process.pid = os.getpid()
        return scope


class Display:
    """Shows what happens, one line each, on the standard error; saves messages where that is wanted."""

    def __init__(self, folder: str | None) -> None:
        from exim_lang.report.frame import wants_colour

        self.colour = wants_colour(sys.stderr)
        self.folder = Path(folder) if folder else None
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)

    def event(self, number: int, event: Event) -> None:
        from exim_lang.cli.dialogue import described
        from exim_lang.smtp.events import Taken

        good, text = described(event)
        self.line(number, text, "32" if good else "31")
        if isinstance(event, Taken) and self.folder is not None:
            self.save(self.folder, event)

    def trouble(self, number: int, error: EximLangError) -> None:
        from exim_lang.cli.main import complain

        self.line(number, "the conversation could not go on:", "31")
        complain(error)

    def closed(self, number: int) -> None:
        self.line(number, "closed", "2")

    def line(self, number: int, text: str, colour: str) -> None:
        shown = f"\x1b[{colour}m{text}\x1b[0m" if self.colour else text
        print(f"{number}: {shown}", file=sys.stderr, flush=True)

    def save(self, folder: Path, taken: Taken) -> None:
        content = b"".join(header.text for header in taken.headers if header.kind != "*") + b"\n" + taken.body
        (folder / f"{taken.id.decode()}.eml").write_bytes(content)


def talk_on_stdio(makes: ScopeMaker, show: Display, timeout: float | None) -> int:
    """One conversation on the standard input and output, as from inetd."""
    from exim_lang.serve.server import READ_AT_ONCE
    from exim_lang.smtp.session import Session

    session = Session(makes.scope(("127.0.0.1", 0), ("127.0.0.1", 25)), on_socket=True)
    source, out = sys.stdin.fileno(), sys.stdout.buffer

    def waited(seconds: float) -> bool:
        return bool(select.select([source], [], [], seconds or None)[0])

    # A pipe to a client that has ended is readable, too, and gives nothing.
    answer = session.greet(os.read(source, READ_AT_ONCE) if select.select([source], [], [], 0)[0] else b"")
    told = 0
    while True:
        for event in session.events[told:]:
            show.event(1, event)
        told = len(session.events)
        out.write(answer)
        out.flush()
        if session.closed:
            return 0
        limit = session.proxy_timeout() if session.awaits_proxy else session.timeout() if timeout is None else timeout
        if not waited(limit):
            answer = session.proxy_is_late() if session.awaits_proxy else session.timed_out()
            continue
        data = os.read(source, READ_AT_ONCE)
        answer = session.receive(data) if data else session.end_of_input()
