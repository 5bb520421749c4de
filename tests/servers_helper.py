"""Scopes that ask the real servers, a proxy that cuts connections, and Exim asked the same."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

from exim_lang.errors import ExpansionError
from exim_lang.expand.engine import expand
from exim_lang.expand.scope import Scope
from exim_lang.lists.match import match_list
from exim_lang.model.load import config_from_text
from exim_lang.world.fixtures import Fixtures, to_text
from exim_lang.world.opening import open_world
from exim_lang.world.world import World
from tests.servers import PASSWORD, RealServer

KINDS = ("redis", "mysql", "pgsql", "ldap", "ldapauth", "sqlite")
LINES = {
    "redis": "redis_servers = 127.0.0.1::{port}//",
    "mysql": f"mysql_servers = 127.0.0.1::{{port}}/mail/exim/{PASSWORD}",
    "pgsql": f"pgsql_servers = 127.0.0.1::{{port}}/mail/exim/{PASSWORD}",
    "ldap": "ldap_default_servers = 127.0.0.1::{port}",
}


def settings(kind: str, port: int) -> str:
    """The main option that names the server."""
    return LINES[kind].format(port=port) + "\n"


def live_world(timeout: float = 10.0) -> World:
    world = open_world(allow=KINDS, record=True)
    world.timeout = timeout
    return world


def scope_for(kind: str, port: int, world: World | None = None, more: str = "") -> Scope:
    """A scope of a configuration that knows one server."""
    config = config_from_text(settings(kind, port) + more)
    assert not config.problems
    return Scope(config, world if world is not None else live_world(), match_list=match_list)


def replayed(scope: Scope) -> Scope:
    """A scope that sees nothing but what was recorded in another."""
    recorder = scope.world.recorder
    assert recorder is not None
    answers = {kind: {to_text(call): recorder.raw(kind, call) for call in recorder.calls(kind)} for kind in KINDS}
    return Scope(scope.config, World(fixtures=Fixtures(answers)), match_list=match_list)


def answer(scope: Scope, string: str) -> str:
    """What -be prints."""
    try:
        return expand(string.encode(), scope).decode("utf-8", "backslashreplace")
    except ExpansionError as error:
        return f"Failed: {error.message.encode('latin-1').decode('utf-8', 'backslashreplace')}"


def placed(string: str, server: RealServer) -> str:
    """The string with the place of the server in it."""
    path = str(server.socket)
    quoted = path.replace("/", "%2F")
    return string.replace("PORT", str(server.port)).replace("QUOTED_SOCKET", quoted).replace("SOCKET", path)


def exim_says(folder: Path, config: str, strings: Sequence[str]) -> list[str]:
    """What the real Exim prints for each string; reasons of a deferral in quotes, as newer versions have them."""
    exim = shutil.which("exim4")
    assert exim is not None, "exim4 is needed"
    file = folder / "exim.conf"
    file.write_text("keep_environment =\n" + config)
    file.chmod(0o644)
    feed = "".join(f"@{number}@\n{string}\n" for number, string in enumerate(strings)) + "@end@\n"
    done = subprocess.run([exim, "-C", str(file), "-be"], input=feed.encode(), capture_output=True, check=False, timeout=60)
    parts = re.split(rb"> @(?:\d+|end)@\n", done.stdout)[1:]
    assert len(parts) == len(strings) + 1, done.stderr
    texts = (part.removeprefix(b"> ").removesuffix(b"\n").decode("utf-8", "backslashreplace") for part in parts[:-1])
    return [re.sub(r"(?s)(gave DEFER: )(.*)", lambda found: f'{found[1]}"{quoted(found[2])}"', text) for text in texts]


def quoted(reason: str) -> str:
    return reason.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class Proxy:
    """Passes connections on to a server, and cuts one when a client says the magic word.

    Without a server it is `silent`, never answering, or closes at once. `accepted` counts connections, `open` those that
    are still there.
    """

    MAGIC = b"cut_here"

    def __init__(self, port: int | None, *, silent: bool = False) -> None:
        self.target = port
        self.silent = silent
        self.accepted = 0
        self.open = 0
        self._held: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        if self._listener.fileno() == -1:
            return  # it was closed before
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        for held in self._held:
            held.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._held.append(client)
            self.accepted += 1
            if self.silent:
                continue
            if self.target is None:
                client.close()
            else:
                self.open += 1
                server = socket.create_connection(("127.0.0.1", self.target))
                self._held.append(server)
                threading.Thread(target=self._pass_on, args=(client, server, True), daemon=True).start()
                threading.Thread(target=self._pass_on, args=(server, client, False), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, from_client: bool) -> None:
        try:
            while data := source.recv(65536):
                if from_client and self.MAGIC in data:
                    break
                target.sendall(data)
        except OSError:
            pass  # the other direction has closed it
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it is closed already
        if from_client:
            self.open -= 1
