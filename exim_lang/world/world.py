"""The world of one configuration: all that it may see of the outside, closed until it is opened.

Every access has a kind and a call (a text). Fixtures answer first; then the real thing, if that kind is allowed; else
ClosedWorld is raised, which names the call and the stub to paste into a fixture file.

    kind         what is asked                              allowed by default
    file         reading regular files and directories      yes (below the root)
    passwd       the user database                          yes
    env          environment variables                      yes
    dns          DNS queries                                no, see exim_lang.world.opening
    run          programs                                   no
    readsocket   sockets                                    no
    write        anything that writes                       no
    malware, spam, dcc   scanners                           no
    redis, mysql, pgsql, ldap, sqlite, ...  a lookup type   no (sqlite reads without)
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from exim_lang.errors import ClosedWorld, EximLangError
from exim_lang.records import dataclass
from exim_lang.world import outside
from exim_lang.world.connections import Connections
from exim_lang.world.dns import DnsAnswer, DnsSource
from exim_lang.world.files import FILE_LIMIT, Files
from exim_lang.world.fixtures import Fixtures, Json, stub, to_bytes, to_text
from exim_lang.world.outside import RunResult
from exim_lang.world.scratch import Scratch

if TYPE_CHECKING:
    from random import Random

Parsed = TypeVar("Parsed")

TIMEOUT: Final = 30.0

KINDS: Final = frozenset(
    {"dns", "run", "readsocket", "write", "redis", "mysql", "pgsql", "sqlite", "ldap", "ldapauth", "nis", "nisplus", "oracle"}
    | {"ibase", "whoson", "nmh", "spf", "callout", "perl", "dlfunc", "socket", "malware", "spam", "dcc"}
)


@dataclass(frozen=True, slots=True)
class User:
    """One entry of the user database."""

    name: bytes
    uid: int
    gid: int
    gecos: bytes
    home: bytes
    shell: bytes


class World:
    """All that a configuration may see of the outside.

    `allowed` are the kinds that may reach the real thing. `now` fixes the clock (seconds since the epoch), `seed` the
    random numbers. `recorder` collects what the real thing answered. `timeout` is how many seconds a live server has to
    answer. With `strict_quoting` a query of a lookup that somebody outside could choose and that was not quoted for that
    type is an error: Exim logs it and asks the server all the same.
    """

    def __init__(
        self,
        *,
        files: Files | None = None,
        dns: DnsSource | None = None,
        allowed: Collection[str] = (),
        fixtures: Fixtures | None = None,
        recorder: Fixtures | None = None,
        now: float | None = None,
        seed: int | None = None,
        host_name: bytes | None = None,
        interfaces: Sequence[bytes] | None = None,
        timeout: float = TIMEOUT,
        strict_quoting: bool = False,
    ) -> None:
        self.files = files if files is not None else Files()
        self.dns_source = dns
        self.allowed = frozenset(allowed)
        self.fixtures = fixtures if fixtures is not None else Fixtures()
        self.recorder = recorder
        self._now = now
        self._random: Random | None = None
        if seed is not None:
            from random import Random  # most runs have no seed

            self._random = Random(seed)
        self._host_name = host_name
        self.timeout = timeout
        self.strict_quoting = strict_quoting
        self.connections = Connections()
        self.scratch = Scratch()
        self._parsed: dict[tuple[bytes, Any], tuple[object, Any]] = {}
        self._interfaces = list(interfaces) if interfaces is not None else None

    # -- policy

    def allows(self, kind: str) -> bool:
        """Whether the real thing may be asked."""
        return kind in self.allowed

    def allow(self, kind: str, call: str | bytes, answer: Json = "...") -> None:
        """Raises ClosedWorld unless this kind is allowed. `answer` is the example that the stub shows."""
        if kind in self.allowed:
            return
        text = to_text(call) if isinstance(call, bytes) else call
        raise ClosedWorld(
            f'{kind} "{text}" is not answered: give a fixture, or allow {kind}',
            call=f'{kind} "{text}"',
            stub=stub(kind, to_bytes(text), answer),
        )

    def consult(self, kind: str, call: bytes, live: Callable[[], Json], example: Json = "...") -> Json:
        """The answer of a fixture, or of `live()` where this kind is allowed, which is recorded; else ClosedWorld."""
        if self.fixtures.knows(kind, call):
            return self.fixtures.get(kind, call)
        self.allow(kind, call, example)
        answer = live()
        if self.recorder is not None:
            self.recorder.put(kind, call, answer)
        return answer

    def close(self) -> None:
        """Closes the connections to live servers; they are closed in any case when this object goes."""
        self.connections.close()

    # -- files

    def read_file(self, path: bytes, limit: int = FILE_LIMIT) -> bytes:
        """The content of a regular file; raises OSError as open() and read() do."""
        if self.scratch and path in self.scratch:
            return self.scratch.read(path)
        if self.fixtures.knows("file", path):
            return self._fixture_file(path)
        return self.files.read(path, limit)

    def parsed_file(self, path: bytes, parse: Callable[[bytes], Parsed]) -> Parsed:
        """What `parse` makes of a file's content; done again only when the file has changed. Raises OSError."""
        state = self.stat(path)
        mark = (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns)
        known = self._parsed.get((path, parse))
        if known is None or known[0] != mark:
            known = self._parsed[path, parse] = (mark, parse(self.read_file(path)))
        result: Parsed = known[1]
        return result

    def stat(self, path: bytes, *, follow: bool = True) -> os.stat_result:
        """What stat() says, with `follow=False` what lstat() says; raises OSError."""
        if self.scratch and (known := self.scratch.stat(path)) is not None:
            return known
        if self.fixtures.knows("file", path):
            size = len(self._fixture_file(path))
            return os.stat_result((stat.S_IFREG | 0o644, 0, 0, 1, 0, 0, size, 0, 0, 0))
        if self._fixture_names(path):
            return os.stat_result((stat.S_IFDIR | 0o755, 0, 0, 2, 0, 0, 0, 0, 0, 0))
        return self.files.stat(path, follow=follow)

    def exists(self, path: bytes) -> bool:
        """Whether stat() succeeds; raises OSError where the answer is not known (EACCES and the like)."""
        try:
            self.stat(path)
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    def is_directory(self, path: bytes) -> bool:
        """Whether there is a directory of that name; raises OSError where the answer is not known."""
        try:
            return stat.S_ISDIR(self.stat(path).st_mode)
        except (FileNotFoundError, NotADirectoryError):
            return False

    def write_file(self, path: bytes, content: bytes, *, keep: bool) -> None:
        """Writes a file as a configuration asks for it: a scratch file, which only this world has.

        With `keep` it is one that stays after Exim: it is really written, too, where "write" is allowed. Raises OSError.
        """
        if keep and self.allows("write"):
            self.files.write(path, content)
        else:
            self.scratch.write(path, content)

    def list_directory(self, path: bytes) -> list[bytes]:
        """The names in a directory without `.` and `..`, sorted; raises OSError.

        Fixture files make up directories of their own: what lies there in reality is not seen.
        """
        if scratch := self.scratch.names(path):
            return sorted({*scratch, *self._fixture_names(path)})
        return self._fixture_names(path) or self.files.names(path)

    def local_path(self, path: bytes) -> str:
        """Where a regular file really lies, for a library that opens files itself; raises OSError."""
        self.files.open(path).close()
        return os.fsdecode(self.files.locate(path))

    def _fixture_names(self, path: bytes) -> list[bytes]:
        """What fixture files there are in a directory, and the directories that they imply."""
        below = path.rstrip(b"/") + b"/"
        there = (call for call in self.fixtures.calls("file") if call.startswith(below))
        return sorted({call[len(below) :].partition(b"/")[0] for call in there if self.fixtures.get("file", call) is not None})

    def _fixture_file(self, path: bytes) -> bytes:
        content = self.fixtures.get("file", path)
        if content is None:
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), os.fsdecode(path))
        if not isinstance(content, str):
            raise EximLangError(f'fixture "file" "{to_text(path)}": a string or null is wanted')
        return to_bytes(content)

    # -- users

    def passwd(self, user: bytes | int) -> User | None:
        """The user of that name, or of that uid; None for nobody. Below a root its /etc/passwd is what counts."""
        for call in self.fixtures.calls("passwd"):
            line = self.fixtures.get("passwd", call)
            entry = _passwd_line(to_bytes(line)) if isinstance(line, str) else None
            if (call == user) if isinstance(user, bytes) else (entry is not None and entry.uid == user):
                return entry
        if self.files.root:
            for row in self.read_file(b"/etc/passwd").splitlines():
                entry = _passwd_line(row)
                if entry is not None and user == (entry.name if isinstance(user, bytes) else entry.uid):
                    return entry
            return None
        import pwd  # few configurations need it

        try:
            found = pwd.getpwuid(user) if isinstance(user, int) else pwd.getpwnam(os.fsdecode(user))
        except (KeyError, ValueError):  # ValueError: a NUL in the name
            return None
        texts = (found.pw_gecos, found.pw_dir, found.pw_shell)
        return User(os.fsencode(found.pw_name), found.pw_uid, found.pw_gid, *map(os.fsencode, texts))

    def group(self, name: bytes) -> int | None:
        """The gid of a group; None when there is none."""
        if not self.files.root:
            import grp  # few configurations need it

            try:
                return grp.getgrnam(os.fsdecode(name)).gr_gid
            except (KeyError, ValueError):
                return None
        for row in self.read_file(b"/etc/group").splitlines():
            fields = row.split(b":")
            if fields[0] == name and len(fields) > 2 and fields[2].isdigit():
                return int(fields[2])
        return None

    # -- clock, randomness, this host

    def now(self) -> float:
        """The time, in seconds since the epoch."""
        return time.time() if self._now is None else self._now

    def wait(self, seconds: float) -> None:
        """Time passes: a clock that was set moves on; a real one is not waited for."""
        if self._now is not None:
            self._now += seconds

    def restart(self, now: float, seed: int) -> None:
        """Forgets what one session would leave to the next: the clock, random numbers, answers in turn, files it wrote.

        What the next one sees then depends on neither which came before it nor which process it runs in.
        """
        from random import Random

        self._now = now
        self._random = Random(seed)
        self.fixtures.restart()
        if self.scratch:
            self.scratch = Scratch()

    def random_bytes(self, count: int) -> bytes:
        """That many random bytes: from the seed, or really random."""
        return os.urandom(count) if self._random is None else self._random.randbytes(count)

    def environment(self, name: bytes) -> bytes | None:
        """An environment variable, or None."""
        if self.fixtures.knows("env", name):
            value = self.fixtures.get("env", name)
            return to_bytes(value) if isinstance(value, str) else None
        return os.environb.get(name)

    @property
    def host_name(self) -> bytes:
        """The name of this host: what uname says, completed from /etc/hosts when it has no dot."""
        if self._host_name is None:
            name = os.fsencode(os.uname().nodename)
            if b"." not in name:
                name = next((names[0] for _, names in self.hosts_file() if name in names), name)
            self._host_name = name
        return self._host_name

    def interfaces(self) -> list[bytes]:
        """The addresses of this host's network interfaces."""
        if self._interfaces is None:
            self._interfaces = outside.interfaces()
        return list(self._interfaces)

    def hosts_file(self) -> list[tuple[bytes, list[bytes]]]:
        """The lines of /etc/hosts as (address, names); empty when there is no such file."""
        try:
            lines = self.read_file(b"/etc/hosts").splitlines()
        except FileNotFoundError:
            return []
        fields = [line.partition(b"#")[0].split() for line in lines]
        return [(words[0], words[1:]) for words in fields if len(words) > 1]

    # -- network and processes

    def dns(self, name: bytes, type: str) -> DnsAnswer:
        """Asks the DNS for records of one type ("A", "MX", ...); `name` is absolute, with or without its final dot.

        Fixtures answer first, then the zone files or the server that was chosen; raises ClosedWorld when none can know.
        """
        from exim_lang.world.dns_text import answer_from_json, answer_to_json  # only where DNS is asked

        name = bytes(name).rstrip(b".") or b"."
        type = type.upper()
        call = name.lower() + b" " + type.encode()
        if self.fixtures.knows("dns", call):
            return answer_from_json(name, type, self.fixtures.get("dns", call))
        answer = self.dns_source.query(name, type) if self.dns_source is not None else None
        if answer is None:
            text = to_text(call)
            raise ClosedWorld(
                f"DNS query {text} is not answered: give a fixture or a zone file, or choose a DNS server",
                call=f'dns "{text}"',
                stub=stub("dns", call, ["..."]) + "  or  " + stub("dns", call, "nomatch"),
            )
        if self.recorder is not None:
            self.recorder.put("dns", call, answer_to_json(answer))
        return answer

    def run(self, arguments: Sequence[bytes], *, stdin: bytes = b"", timeout: float | None = None) -> RunResult:
        """Runs a program, of kind "run"; the call is its arguments joined by spaces.

        A fixture is its output, or `{"output": "...", "status": 0}`. Raises OSError when it cannot be started,
        TimeoutError after `timeout` seconds.
        """

        def live() -> Json:
            result = outside.run(arguments, stdin, timeout)
            return {"output": to_text(result.output), "status": result.status}

        call = b" ".join(arguments)
        match self.consult("run", call, live, {"output": "...", "status": 0}):
            case str(output):
                return RunResult(to_bytes(output), 0)
            case {"output": str(output), "status": int(status)}:
                return RunResult(to_bytes(output), status)
            case {"defer": str(_)}:
                raise TimeoutError
            case None:
                raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), os.fsdecode(arguments[0]))
            case other:
                raise EximLangError(f'fixture "run" "{to_text(call)}": {other!r} is neither output nor status')

    def read_socket(
        self,
        place: bytes,
        request: bytes,
        *,
        timeout: float = 5.0,
        shutdown: bool = True,
        tls: bool = False,
        server_name: bytes = b"",
    ) -> bytes:
        """Sends `request` to a socket and reads all it answers, of kind "readsocket"; the call is `PLACE REQUEST`.

        `place` is a path or `inet:HOST:PORT`. Raises OSError; TimeoutError after `timeout` seconds without a byte. A
        fixture is the answer; `null` stands for a refused connection, `{"defer": ...}` for a timeout.
        """

        def live() -> Json:
            answer = outside.converse(
                place, request, timeout=timeout, shutdown=shutdown, tls=tls, server_name=server_name
            )
            return to_text(answer)

        call = place + b" " + request if request else place
        match self.consult("readsocket", call, live):
            case str(answer):
                return to_bytes(answer)
            case {"defer": str(_)}:
                raise TimeoutError
            case None:
                raise ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))
            case other:
                raise EximLangError(f'fixture "readsocket" "{to_text(call)}": {other!r} is no answer')

    def ask_once(self, kind: str, place: bytes, request: bytes, *, timeout: float) -> bytes:
        """Sends `request` to a socket (as for `read_socket`) and takes the first piece of the answer; `kind` must be allowed.

        For those who are asked through `consult`, which has the fixtures. Raises OSError, TimeoutError after `timeout` seconds.
        """
        self.allow(kind, place + b" " + request)
        return outside.ask_once(place, request, timeout=timeout)

    def converse_with(self, kind: str, place: bytes, request: bytes, *, timeout: float) -> bytes:
        """Sends `request` to a socket, says that this was all, and reads until the other end closes; else as `ask_once`."""
        self.allow(kind, place + b" " + request)
        return outside.converse(place, request, timeout=timeout)

    def run_shell(self, call: bytes, command: bytes, *, timeout: float) -> RunResult:
        """Runs a command line with /bin/sh, where "run" is allowed; `call` stands for it in the message if it is not.

        For those who are asked through `consult`, which has the fixtures. Raises OSError, TimeoutError.
        """
        self.allow("run", call)
        return outside.run([b"/bin/sh", b"-c", command], b"", timeout)


def _passwd_line(line: bytes) -> User | None:
    fields = line.split(b":")
    if len(fields) < 7 or not fields[2].isdigit() or not fields[3].isdigit():
        return None
    return User(fields[0], int(fields[2]), int(fields[3]), fields[4], fields[5], fields[6])
