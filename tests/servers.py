"""Real database servers for tests: from Debian's packages, on free loopback ports, in a temporary folder.

    server    user, password     data
    redis     -, no password     empty
    pgsql     exim, secret       database "mail", empty
    mysql     exim, secret       database "mail", empty
    ldap      cn=admin,o=test    tests/cases/servers/directory.ldif

Each is one process in the foreground that `stop` ends.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

PASSWORD: Final = "secret"
START_SECONDS: Final = 30.0
DIRECTORY: Final = Path(__file__).parent / "cases" / "servers" / "directory.ldif"


@dataclass(slots=True)
class RealServer:
    """A running server. `port` is on 127.0.0.1, `socket` the path of its Unix socket, `folder` holds all its files.

    `greets` says that a client hears something as soon as the server is ready; `ending` is the signal
    that ends it without waiting for its clients, `ready` a command that succeeds when the server is.
    """

    port: int
    socket: Path
    folder: Path
    command: Sequence[str]
    user: str = ""
    greets: bool = False
    ending: signal.Signals = signal.SIGTERM
    ready: Sequence[str] = ()
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> RealServer:
        """Starts the process and waits until it answers."""
        with (self.folder / "output").open("ab") as output:
            self.process = subprocess.Popen(as_user(self.user, self.command), stdout=output, stderr=output)
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            assert self.process.poll() is None, (self.folder / "output").read_text("utf-8", "replace")
            assert time.monotonic() < deadline, f"{self.command[0]} does not answer"
            time.sleep(0.02)
        return self

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                if self.greets and connection.recv(1) == b"":
                    return False
        except OSError:
            return False
        return not self.ready or subprocess.run(self.ready, capture_output=True, check=False).returncode == 0

    def stop(self) -> None:
        """Ends the process, at once."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(self.ending)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None


def as_user(user: str, command: Sequence[str]) -> list[str]:
    """The command under another user, for servers that refuse to run as root; as it is for everybody but root."""
    if not user or os.getuid() != 0:
        return list(command)
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--", *command]


def prepare(folder: Path, user: str) -> None:
    """Makes the folder, in one that everybody may enter, and gives it to `user`."""
    folder.mkdir(mode=0o755)
    if user and os.getuid() == 0:
        entry = pwd.getpwnam(user)
        os.chown(folder, entry.pw_uid, entry.pw_gid)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def program(name: str, *folders: str) -> str:
    """Where a program is; fails when it is not installed."""
    found = shutil.which(name) or shutil.which(name, path=":".join(folders))
    assert found is not None, f"{name} is needed"
    return found


def run(user: str, command: Sequence[str], text: str = "") -> None:
    done = subprocess.run(
        as_user(user, command), input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    assert done.returncode == 0, f"{command[0]}: {done.stdout.decode('utf-8', 'replace')}"


def redis_server(folder: Path, *options: str) -> RealServer:
    prepare(folder, "")
    port, path = free_port(), folder / "redis.sock"
    words = [program("redis-server"), "--bind", "127.0.0.1", "--port", str(port), "--unixsocket", str(path)]
    words += ["--save", "", "--appendonly", "no", "--dir", str(folder), "--loglevel", "warning", *options]
    return RealServer(port, path, folder, words).start()


def pgsql_server(folder: Path) -> RealServer:
    prepare(folder, "postgres")
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))[-1:]
    tools = [str(path) for path in newest]
    data, port = folder / "data", free_port()
    (folder / "password").write_text(PASSWORD)
    (folder / "password").chmod(0o644)
    words = [program("initdb", *tools), "--pgdata", str(data), "--username", "exim", "--auth", "scram-sha-256"]
    words += ["--no-sync", "--no-locale", "--encoding", "UTF8", "--pwfile", str(folder / "password")]
    run("postgres", words)
    postgres = [program("postgres", *tools), "-D", str(data)]
    settings = ["fsync=off", "synchronous_commit=off", "max_connections=20", "shared_buffers=16MB"]
    settings += [f"unix_socket_directories={folder}", "listen_addresses=127.0.0.1", f"port={port}"]
    run("postgres", [postgres[0], "--single", "-D", str(data), "postgres"], "create database mail\n")
    command = [*postgres, *(word for setting in settings for word in ("-c", setting))]
    ready = [program("pg_isready", *tools), "-h", "127.0.0.1", "-p", str(port)]
    path = folder / f".s.PGSQL.{port}"
    return RealServer(port, path, folder, command, "postgres", ending=signal.SIGINT, ready=ready).start()


def mysql_server(folder: Path) -> RealServer:
    prepare(folder, "mysql")
    data, port, path = folder / "data", free_port(), folder / "mysql.sock"
    small = ["--innodb-log-file-size=4M", "--innodb-buffer-pool-size=8M", "--innodb-flush-log-at-trx-commit=0"]
    install = [program("mariadb-install-db"), "--no-defaults", f"--datadir={data}", "--skip-test-db"]
    run("mysql", [*install, "--auth-root-authentication-method=normal", "--skip-name-resolve", *small])
    first = folder / "first.sql"
    first.write_text(
        "create database if not exists mail;\n"
        f"create user if not exists exim@'%' identified by '{PASSWORD}';\n"
        f"grant all on *.* to exim@'%';\n"
        f"create user if not exists exim@localhost identified by '{PASSWORD}';\n"
        f"grant all on *.* to exim@localhost;\n"
    )
    command = [program("mariadbd", "/usr/sbin"), "--no-defaults", f"--datadir={data}", f"--socket={path}"]
    command += [f"--port={port}", "--bind-address=127.0.0.1", "--skip-name-resolve", f"--init-file={first}", *small]
    command += [f"--pid-file={folder}/pid", "--skip-log-bin"]
    return RealServer(port, path, folder, command, "mysql", greets=True).start()


SLAPD: Final = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
database mdb
maxsize 16777216
dbnosync
suffix "o=test"
rootdn "cn=admin,o=test"
rootpw secret
directory {folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by * read
"""


def ldap_server(folder: Path, settings: Sequence[str] = (), more_places: str = "") -> RealServer:
    """The directory; `settings` are more lines of its configuration, `more_places` more URLs where it listens."""
    prepare(folder, "")
    port, path, config = free_port(), folder / "ldap.sock", folder / "slapd.conf"
    (folder / "data").mkdir()
    config.write_text("".join(f"{line}\n" for line in settings) + SLAPD.format(folder=folder))
    run("", [program("slapadd", "/usr/sbin"), "-q", "-f", str(config), "-l", str(DIRECTORY)])
    places = f"ldap://127.0.0.1:{port}/ ldapi://{str(path).replace('/', '%2F')}/ {more_places}"
    command = [program("slapd", "/usr/sbin"), "-f", str(config), "-h", places, "-d", "0"]
    server = RealServer(port, path, folder, command).start()
    path.chmod(0o777)  # for the user that Exim runs as
    return server
