"""The listener: real mail clients, many at once, and clients that behave badly."""

from __future__ import annotations

import asyncio
import resource
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from exim_lang.acl.scope import new_scope
from exim_lang.errors import EximLangError
from exim_lang.expand.scope import Scope
from exim_lang.model.load import config_from_text
from exim_lang.serve.server import Observer, Server
from exim_lang.smtp.events import Event, Taken
from exim_lang.world.opening import open_world

ROOT = Path(__file__).parent.parent
CONFIG = """
primary_hostname = mail.example
host_lookup =
message_size_limit = 1M
smtp_max_synprot_errors = 3
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  deny local_parts = nobody
  accept
"""
HELLO = b"EHLO me.example\r\n"
MAIL = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"


class Seen:
    """What the server told."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.troubles: list[EximLangError] = []
        self.closed = 0

    @property
    def observer(self) -> Observer:
        return Observer(lambda _, event: self.events.append(event), lambda _, error: self.troubles.append(error), self.close)

    def close(self, _: int) -> None:
        self.closed += 1

    @property
    def taken(self) -> list[Taken]:
        return [event for event in self.events if isinstance(event, Taken)]


@asynccontextmanager
async def running(seen: Seen, timeout: float = 5) -> AsyncIterator[int]:
    config, world = config_from_text(CONFIG), open_world()

    def make(client: tuple[str, int], _: tuple[str, int]) -> Scope:
        scope = new_scope(config, world)
        scope.connection.host_address, scope.connection.host_port = client[0].encode(), client[1]
        return scope

    server = Server(make, seen.observer, timeout)
    listener = await server.listen("127.0.0.1", 0)
    async with listener:
        yield listener.sockets[0].getsockname()[1]
        await server.finish()


async def talk(port: int, *parts: bytes) -> bytes:
    """Sends the parts, then goes on reading until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
        await writer.drain()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


def serve(client: Callable[[int], Awaitable[object]], timeout: float = 5) -> Seen:
    """Runs a client against a fresh server."""
    seen = Seen()

    async def both() -> None:
        async with running(seen, timeout) as port:
            await asyncio.wait_for(client(port), 60)

    asyncio.run(both())
    return seen


def test_a_mail() -> None:
    async def client(port: int) -> None:
        answer = await talk(port, HELLO, MAIL + b"Subject: x\r\n\r\n..dot\r\n.\r\nQUIT\r\n")
        assert answer.splitlines()[-2].startswith(b"250 OK id=")

    (taken,) = serve(client).taken
    assert taken.body == b".dot\n"


def test_a_thousand_at_once() -> None:
    async def client(port: int) -> None:
        answers = await asyncio.gather(*(talk(port, HELLO, b"NOOP\r\nQUIT\r\n") for _ in range(1000)))
        assert all(answer.endswith(b"221 mail.example closing connection\r\n") for answer in answers)

    assert serve(client, timeout=30).closed == 1000


def test_a_message_far_too_big_is_swallowed() -> None:
    line = b"x" * 998 + b"\r\n"

    async def client(port: int) -> None:
        parts = [line * 1000] * 100  # 100 MB against a limit of 1 MB
        answer = await talk(port, HELLO, MAIL, b"Subject: x\r\n\r\n", *parts, b".\r\nQUIT\r\n")
        assert b"552 Message size exceeds maximum permitted" in answer
        assert answer.endswith(b"221 mail.example closing connection\r\n")

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    serve(client)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024  # kilobytes


def test_silent_clients_are_told_to_go() -> None:
    async def client(port: int) -> None:
        assert (await talk(port, HELLO)).endswith(b"421 mail.example: SMTP command timeout - closing connection\r\n")

    serve(client, timeout=0.2)


def test_garbage_and_half_closed_sockets() -> None:
    async def half_closed(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HELLO + MAIL + b"Subject: half")
        writer.write_eof()
        assert (await reader.read()).endswith(b"421 Lost incoming connection\r\n")
        writer.close()
        await writer.wait_closed()

    async def gone(port: int) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"EHLO")
        writer.transport.abort()

    async def client(port: int) -> None:
        answer = await talk(port, bytes(range(256)) * 400 + b"\r\n" + b"\xff\x00\r\n" * 50)
        assert answer.startswith(b"220 mail.example ESMTP Exim")
        await half_closed(port)
        await gone(port)
        assert (await talk(port, b"QUIT\r\n")).endswith(b"221 mail.example closing connection\r\n")

    seen = serve(client)
    assert not seen.troubles
    assert not seen.taken


@pytest.fixture
def swaks() -> str:
    path = shutil.which("swaks")
    assert path, "the package swaks is not installed"
    return path


def test_swaks(swaks: str, tmp_path: Path) -> None:
    config = tmp_path / "exim.conf"
    config.write_text(CONFIG)
    command = [sys.executable, "-m", "exim_lang", "serve", str(config)]
    client = [swaks, "--from", "a@b.example", "--helo", "me.example", "--header", "Subject: x", "--body", "hello"]
    with subprocess.Popen(
        [*command, "--port", "0", "--save", str(tmp_path / "taken")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as server:
        assert server.stdout is not None
        port = server.stdout.readline().split()[-1].decode()
        done = subprocess.run(
            [*client, "--server", f"127.0.0.1:{port}", "--to", "c@d.example"], capture_output=True, timeout=30, check=False
        )
        server.terminate()
        server.communicate()
    assert done.returncode == 0, done.stdout
    (saved,) = (tmp_path / "taken").iterdir()
    assert b"\nhello\n" in saved.read_bytes()
    pipe = " ".join([*command, "--stdio", "--host", "192.0.2.1"])
    words = [*client, "--pipe", pipe, "--to", "nobody@d.example"]
    done = subprocess.run(words, capture_output=True, timeout=30, check=False, cwd=ROOT)
    assert b"<** 550 Administrative prohibition" in done.stdout, done.stdout
