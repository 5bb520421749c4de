"""What the real outside gives, once it was allowed: processes, sockets, host names, interfaces."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from exim_lang.records import dataclass

if TYPE_CHECKING:
    import socket

ANSWER_LIMIT: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a process ended: its standard output and error together, and its exit status, -N when signal N ended it."""

    output: bytes
    status: int


def run(arguments: Sequence[bytes], stdin: bytes, timeout: float | None) -> RunResult:
    """Runs a program with an empty environment but PATH; raises OSError, TimeoutError."""
    import subprocess  # few configurations need it

    try:
        done = subprocess.run(
            list(arguments),
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            check=False,
            close_fds=True,
            cwd="/",
            env={b"PATH": os.environb.get(b"PATH", b"/usr/bin:/bin")},
        )
    except subprocess.TimeoutExpired:
        raise TimeoutError from None
    return RunResult(done.stdout, done.returncode)


LONGEST_PATH = 107
"""Bytes in the name of a Unix socket."""


def _connect(place: bytes, timeout: float) -> socket.socket:
    import socket  # few configurations need it

    if place.startswith(b"inet:"):
        host, _, port = place[5:].rpartition(b":")
        name = os.fsdecode(host.strip(b"[]"))
        number = int(port) if port.isdigit() else socket.getservbyname(os.fsdecode(port), "tcp")
        return socket.create_connection((name, number), timeout)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout)
    try:
        connection.connect(place[:LONGEST_PATH])  # as much as Exim copies of it
    except BaseException:
        connection.close()
        raise
    return connection


def ask_once(place: bytes, request: bytes, *, timeout: float) -> bytes:
    """Sends `request` and takes what comes back in one piece, nothing when the other end closes; `place` is as for `converse`.

    Raises ConnectionError and other OSErrors when there is no connection, TimeoutError when nothing comes.
    """
    with _connect(place, timeout) as connection:
        connection.sendall(request)
        return connection.recv(65536)


def converse(
    place: bytes, request: bytes, *, timeout: float, shutdown: bool = True, tls: bool = False, server_name: bytes = b""
) -> bytes:
    """Sends `request` and reads until the other end closes. `place` is a path, or `inet:HOST:PORT`.

    Raises OSError; TimeoutError when an answer takes longer than `timeout` seconds.
    """
    import socket  # few configurations need it

    connection = _connect(place, timeout)
    with connection:
        if tls:
            import ssl  # few configurations need it

            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            connection = context.wrap_socket(connection, server_hostname=os.fsdecode(server_name) or None)
        connection.sendall(request)
        if shutdown and not tls:
            connection.shutdown(socket.SHUT_WR)
        answer = bytearray()
        while piece := connection.recv(65536):
            answer += piece
            if len(answer) > ANSWER_LIMIT:
                raise OSError(f"more than {ANSWER_LIMIT} bytes")
        return bytes(answer)


def interfaces() -> list[bytes]:
    """The addresses of this machine's network interfaces, IPv4 first."""
    import fcntl  # only where interfaces are asked for
    import ipaddress
    import socket
    import struct

    found: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        for _, name in socket.if_nameindex():
            request = struct.pack("256s", name.encode()[:15])
            try:
                reply = fcntl.ioctl(handle.fileno(), 0x8915, request)  # SIOCGIFADDR
            except OSError:  # an interface without an IPv4 address
                continue
            found.append(socket.inet_ntoa(reply[20:24]).encode())
    try:
        with open("/proc/net/if_inet6", encoding="ascii") as table:
            found += [str(ipaddress.IPv6Address(bytes.fromhex(line.split()[0]))).encode() for line in table]
    except FileNotFoundError:  # a kernel without IPv6
        pass
    return found
