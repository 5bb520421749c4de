"""Headers of the Proxy Protocol: each is sent to the session and to the installed Exim, and both must say the same."""

from __future__ import annotations

import asyncio
import random
import shutil
import socket
import struct
import subprocess
import time
from pathlib import Path

import pytest

from exim_lang.expand.state import Connection
from exim_lang.model.dialect import dialect_for
from exim_lang.model.load import load_config
from exim_lang.route.scope import routed_scope
from exim_lang.serve.server import Observer, Server
from exim_lang.smtp.proxy import LIMIT, SIGNATURE, binary, read_header
from exim_lang.smtp.session import Session
from exim_lang.world.dns import DnsAnswer
from exim_lang.world.world import World

CONFIG = """primary_hostname = here.example
HOSTS = 10.55.55.55
log_selector = +proxy +incoming_port
acl_smtp_connect = connect
acl_smtp_rcpt = accept
begin acl
connect:
  accept logwrite = $proxy_session [$PLA]:$PLP [$PEA]:$PEP [$sender_host_address]:$sender_host_port
"""
NEW = {"HOSTS": "hosts_proxy", "PLA": "proxy_local_address", "PLP": "proxy_local_port", "PEA": "proxy_external_address",
       "PEP": "proxy_external_port"}  # fmt: skip
OLD = {"HOSTS": "proxy_required_hosts", "PLA": "proxy_host_address", "PLP": "proxy_host_port", "PEA": "proxy_target_address",
       "PEP": "proxy_target_port"}  # fmt: skip
TAIL = b"NOOP\r\nNOOP\r\nNOOP\r\nQUIT\r\n"
V4 = socket.inet_aton("198.51.100.7") + socket.inet_aton("203.0.113.9") + struct.pack(">HH", 64000, 25)
V6 = socket.inet_pton(socket.AF_INET6, "2001:db8::7") + socket.inet_pton(socket.AF_INET6, "2001:db8::9") + V4[-4:]


def v2(command: int, family: int, body: bytes, length: int | None = None) -> bytes:
    return SIGNATURE + bytes((command, family)) + struct.pack(">H", len(body) if length is None else length) + body


GOOD = b"PROXY TCP4 198.51.100.7 203.0.113.9 64000 25\r\n"
HEADERS = [
    GOOD,
    b"PROXY TCP6 2001:DB8:0:0::7 2001:db8::9 64000 25\r\n",
    *(b"PROXY " + rest + b"\r\n" for rest in (
        b"UNKNOWN", b"UNKNOWN ffff:f...f:ffff 1 2", b"UNKNOWNx", b"UNKNOW", b" UNKNOWN", b"TCP5 198.51.100.7 203.0.113.9 1 2",
        b"TCP4", b"TCP4 198.51.100.7", b"TCP4 198.51.100.7 203.0.113.9", b"TCP4 198.51.100.7 203.0.113.9 64000",
        b"TCP4 198.51.100 203.0.113.9 1 2", b"TCP4 198.51.100.7 here 1 2", b"TCP4 198.51.100.7/8 203.0.113.9 1 2",
        b"TCP4  198.51.100.7 203.0.113.9 1 2", b"TCP4\t198.51.100.7 203.0.113.9 1 2", b"TCP4 2001:db8::7 ::1 1 2",
        b"TCP4 198.51.100.7 203.0.113.9 0 0", b"TCP4 198.51.100.7 203.0.113.9 70000 70001",
        b"TCP4 198.51.100.7 203.0.113.9 6x 25", b"TCP4 198.51.100.7 203.0.113.9 6 2x", b"TCP4 198.51.100.7 203.0.113.9 6 25 ",
        b"TCP4 198.51.100.7 203.0.113.9 4294967297 99999999999999999999", b"TCP4 198.51.100.7 203.0.113.9 \v6 +25",
        b"TCP4 198.51.100.7\0 203.0.113.9 6 25", b"TCP4 198.51.100.7 203.0.113.9 6 " + b"0" * 100 + b"25",
        b"UNKNOWN" + b"x" * 217,
        b"UNKNOWN" + b"x" * 218, b"UNKNOWN" + b"x" * 400)),
    b"PROXY TCP4 198.51.100.7 203.0.113.9 64000 25\n", b"proxy tcp4 198.51.100.7 203.0.113.9 64000 25\r\n", b"PROXY\r\n",
    b"PROXYxUNKNOWN \r\n", b"EHLO somebody.example\r\n", b"NOOP\r\n", b"\r\n", b"", b"x" * 230 + b"\r\n", b"x" * 231 + b"\r\n",
    *(b"\n" * count + b"\r\n" for count in range(4, 9)),
    v2(0x21, 0x11, V4), v2(0x21, 0x21, V6), v2(0x20, 0, b""), v2(0x20, 0x99, V4), v2(0x21, 0x11, V4 + b"\x04\0\1x"),
    v2(0x21, 0x12, V4), v2(0x21, 0x22, V6), v2(0x21, 0x31, b"\0" * 216), v2(0x21, 0, b""), v2(0x11, 0x11, V4),
    v2(0x22, 0x11, V4),
    v2(0x21, 0x11, V4[:8]), v2(0x21, 0x21, V6[:20]), v2(0x21, 0x21, V4), v2(0x21, 0x11, V4 + b"x" * 204),
    v2(0x21, 0x11, V4 + b"x" * 205), v2(0x21, 0x11, V4, 0xFFFF), v2(0x20, 0, b"x" * 217), v2(0x21, 0x11, b"\0" * 12),
    v2(0x21, 0x21, b"\0" * 10 + b"\xff\xff" + V4[:4] + V6[16:]), SIGNATURE, SIGNATURE[:8] + b"XXXX\r\n",
]  # fmt: skip


def config_text(names: dict[str, str]) -> str:
    text = CONFIG
    for short, name in names.items():
        text = text.replace(short, name)
    return text


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("proxy") / "exim.conf"
    path.write_text(config_text(NEW))
    return path


class NoNames:
    """A DNS in which no client has a name."""

    def query(self, name: bytes, type: str) -> DnsAnswer:
        return DnsAnswer("nomatch")


def session_for(path: Path, version: str = "4.96") -> Session:
    scope = routed_scope(load_config(str(path), dialect=dialect_for(version)), World(dns=NoNames()))
    scope.connection = Connection(host_address=b"10.55.55.55", host_port=999)
    return Session(scope)


def ours(path: Path, data: bytes) -> tuple[list[str], list[str]]:
    session = session_for(path)
    replies = session.greet()
    for byte in range(len(data)):
        replies += session.receive(data[byte : byte + 1])
    lines = [line.decode("latin-1") for line in replies.splitlines()]
    return [line for log, line in session.scope.log if log == "main"], [line for line in lines if not line.startswith("220")]


def exims(path: Path, data: bytes) -> tuple[list[str], list[str]]:
    program = shutil.which("exim4")
    assert program is not None, "exim4 is installed with the tests"
    command = [program, "-C", str(path), "-bh", "10.55.55.55.999"]
    done = subprocess.run(command, input=data, capture_output=True, timeout=20, check=False)
    replies = done.stdout.decode("latin-1").split("not for real!\n\n")[1].replace("\r", "").splitlines()
    log = [line[5:] for line in done.stderr.decode("latin-1").splitlines() if line.startswith("LOG: ")]
    return log, [line for line in replies if not line.startswith("220")]


@pytest.mark.parametrize("header", HEADERS, ids=range(len(HEADERS)))
def test_as_exim(file: Path, header: bytes) -> None:
    assert ours(file, header + TAIL) == exims(file, header + TAIL)


@pytest.mark.parametrize("version", ["4.83", "4.99+proxy"])
def test_old_names(tmp_path: Path, version: str) -> None:
    path = tmp_path / "exim.conf"
    path.write_text(config_text(OLD))
    session = session_for(path, version)
    assert not session.config.problems
    assert session.greet() == b""
    assert session.awaits_proxy
    assert session.proxy_timeout() == 3
    assert session.receive(GOOD).startswith(b"220")
    assert session.scope.log[-1][1] == "yes [10.55.55.55]:999 [203.0.113.9]:25 [198.51.100.7]:64000"


def test_too_late(file: Path) -> None:
    session = session_for(file)
    assert session.greet() == b""
    assert session.receive(GOOD[:20]) == b""
    assert session.proxy_is_late().startswith(b"220")
    assert session.receive(b"EHLO x\r\n") == b"503 Command refused, required Proxy negotiation failed\r\n"
    assert session.receive(b"QUIT\r\n").startswith(b"221")


def test_log_of_the_message(file: Path) -> None:
    session = session_for(file)
    session.greet()
    session.receive(GOOD + b"EHLO a\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<x@y.z>\r\nDATA\r\nSubject: x\r\n\r\nhi\r\n.\r\nQUIT\r\n")
    assert any(" H=(a) [198.51.100.7]:64000 P=esmtp PRX=10.55.55.55 S=" in line for _, line in session.scope.log)


def test_made_headers() -> None:
    for source, target in (("198.51.100.7", "203.0.113.9"), ("2001:db8::7", "2001:db8::9")):
        header = read_header(binary(source, 64000, target, 25) + b"EHLO")
        assert header is not None
        assert (header.kind, header.source, header.source_port) == ("proxied", source.encode(), 64000)
        assert (header.target, header.target_port) == (target.encode(), 25)


def test_mutated_headers() -> None:
    """Whatever comes, it is a header, no header, or too little of one, at once."""
    some = random.Random(11)
    start = time.perf_counter()
    for _ in range(10_000):
        data = bytearray(some.choice(HEADERS))
        for _ in range(some.randrange(1, 6)):
            at = some.randrange(len(data) + 1)
            match some.randrange(4):
                case 0:
                    data[at:at] = some.randbytes(some.randrange(1, 9))
                case 1:
                    del data[at : at + some.randrange(1, 9)]
                case 2 if at < len(data):
                    data[at] ^= 1 << some.randrange(8)
                case _:
                    data += data[at:] * 2
        header = read_header(bytes(data))
        if header is None:
            assert len(data) < LIMIT
        else:
            assert header.size <= min(LIMIT, len(data))
            assert (header.kind == "bad") == bool(header.reason)
    assert time.perf_counter() - start < 5


def test_real_bytes(tmp_path: Path) -> None:
    path = tmp_path / "exim.conf"
    path.write_text(config_text(NEW).replace("10.55.55.55", "*\nproxy_protocol_timeout = 1s"))

    async def talk(first: bytes) -> bytes:
        scopes = []

        def make(client: tuple[str, int], server: tuple[str, int]) -> object:
            scopes.append(session_for(path).scope)
            return scopes[0]

        server = Server(make, Observer(lambda *_: None, lambda *_: None, lambda *_: None))  # type: ignore[arg-type]
        listener = await server.listen("127.0.0.1", 0)
        async with listener:
            reader, writer = await asyncio.open_connection(*listener.sockets[0].getsockname()[:2])
            writer.write(first)
            banner = await reader.readline()
            writer.write(b"NOOP\r\nQUIT\r\n")
            answers = await reader.read()
            writer.close()
            await writer.wait_closed()
            await server.finish()
        assert banner.startswith(b"220")
        assert scopes[0].log
        return answers

    assert asyncio.run(talk(binary("198.51.100.7", 1, "203.0.113.9", 2))).startswith(b"250 OK")
    assert asyncio.run(talk(b"PROXY")).startswith(b"503 Command refused")
