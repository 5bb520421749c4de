"""`${readsocket{name}{request}{options}{eol}{fail}}` (specification section 11.5)."""

from __future__ import annotations

import errno
import os
from typing import Final

from exim_lang.errors import ExpansionError
from exim_lang.expand.items.files import refuse_tainted
from exim_lang.expand.operators.time import read_interval
from exim_lang.expand.registry import item
from exim_lang.expand.scope import Scope
from exim_lang.expand.string_list import split_list
from exim_lang.records import dataclass
from exim_lang.taint import join

_CACHE: Final = "readsocket"
_BROKEN: Final = "readsocket broken"
"""Unix sockets that could not be connected: Exim keeps such a one as if it were open, and fails to use it once."""


@dataclass(slots=True)
class Options:
    """The third argument: the timeout in seconds, and what else was asked for by name."""

    timeout: float = 5.0
    shutdown: bool = True
    tls: bool = False
    cache: bool = False

    @classmethod
    def read(cls, text: bytes) -> Options:
        """The options in a list whose first item is the timeout; unknown ones are ignored, as Exim does."""
        options = cls()
        for index, word in enumerate(split_list(text)):
            name, _, value = bytes(word).partition(b"=")
            if index == 0:
                seconds = read_interval(bytes(word))
                options.timeout = float(seconds) if seconds is not None else options.timeout
            elif name == b"shutdown":
                options.shutdown = value.lower() == b"yes"
            elif name == b"tls":
                options.tls = value.lower() == b"yes"
            elif name == b"cache":
                options.cache = value.lower() == b"yes"
        return options


@item("readsocket", 2, 5, scope=True)
def readsocket(
    scope: Scope, name: bytes, request: bytes, options: bytes = b"", end_of_line: bytes | None = None
) -> bytes:
    """What a socket answers, with another string for its newlines.

    Raises ExpansionError when it cannot be asked: the compiler sees to the fifth string, which is the result then.
    """
    answer = _answer(scope, name, bytes(request), Options.read(options))
    return answer if end_of_line is None else join(answer.split(b"\n"), end_of_line)


def _answer(scope: Scope, name: bytes, request: bytes, options: Options) -> bytes:
    shown = name.decode("latin-1")
    if refuse_tainted(scope, name):
        raise ExpansionError("(null)")  # Exim says what it never set
    host = _host(name)
    cached = scope.caches.setdefault(_CACHE, {})
    assert isinstance(cached, dict)
    key = (bytes(name), request)
    if options.cache and key in cached:
        found: bytes = cached[key]
        return found
    broken = scope.caches.setdefault(_BROKEN, set())
    assert isinstance(broken, set)
    if name in broken:
        broken.discard(name)
        raise ExpansionError("request write to socket failed: Bad file descriptor" if request else "")
    import socket  # few strings need it

    try:
        answer = scope.world.read_socket(
            bytes(name), request, timeout=options.timeout, shutdown=options.shutdown, tls=options.tls
        )
    except TimeoutError:
        raise ExpansionError("socket read timed out") from None
    except socket.gaierror as error:
        raise ExpansionError(f"no IP address found for host {host}") from error
    except OSError as error:
        number = error.errno if name else errno.ECONNREFUSED  # the empty name is for Exim that of a socket nobody listens on
        reason = os.strerror(number) if number else str(error)
        if not host:
            broken.add(bytes(name))
        where = f"any address for {host}" if host else f"socket {shown}"
        raise ExpansionError(f"failed to connect to {where}: {reason}") from error
    if options.cache:
        cached[key] = answer
    return answer


def _host(name: bytes) -> str:
    """The host of `inet:HOST:PORT`; "" for the path of a Unix socket."""
    if not name.startswith(b"inet:"):
        return ""
    host, colon, port = name[5:].rpartition(b":")
    if not colon or not port or (host.startswith(b"[") and not host.endswith(b"]")):
        raise ExpansionError(f"missing port number in {name.decode('latin-1')}")
    if not port.isdigit():
        import socket

        try:
            socket.getservbyname(port.decode("latin-1"), "tcp")
        except OSError:
            raise ExpansionError(f'unknown port "{port.decode("latin-1")}"') from None
    return host.decode("latin-1")
