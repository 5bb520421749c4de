"""The world: files below a root, fixtures, users, programs and sockets, and what stays closed."""

from __future__ import annotations

import errno
import gc
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from exim_lang.errors import ClosedWorld, EximLangError, UsageError
from exim_lang.expand.engine import expand
from exim_lang.expand.scope import Scope
from exim_lang.model.load import config_from_text
from exim_lang.world.files import open_failed
from exim_lang.world.fixtures import Fixtures, Json, Recorder
from exim_lang.world.opening import open_world
from exim_lang.world.world import World

# -- files


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A root with links in it that point where they would on the server it was copied from."""
    root = tmp_path / "root"
    (root / "etc/exim4").mkdir(parents=True)
    (root / "etc/exim4/domains").write_bytes(b"a.example\n")
    (root / "etc/absolute").symlink_to("/etc/exim4/domains")
    (root / "etc/up").symlink_to("../../../../etc/exim4/domains")
    (root / "etc/loop").symlink_to("loop")
    (root / "etc/folder").symlink_to("/etc/exim4")
    (root / "etc/outside").symlink_to("/outside")
    (root / "etc/passwd").write_text("root:x:0:0:Chief:/root:/bin/sh\nkr:x:42:43:King Rat:/home/kr:/bin/bash\nbad line\n")
    (root / "etc/group").write_text("mail:x:8:\n")
    (tmp_path / "outside").write_text("secret")
    return root


@pytest.mark.parametrize("name", ["exim4/domains", "absolute", "up", "folder/domains", "../etc/./exim4//domains"])
def test_links_stay_below_the_root(tree: Path, name: str) -> None:
    assert open_world(root=str(tree)).read_file(f"/etc/{name}".encode()) == b"a.example\n"


@pytest.mark.parametrize(
    "path, number",
    [
        (b"/etc/missing", errno.ENOENT),
        (b"/etc/missing/x", errno.ENOENT),
        (b"/etc/exim4/domains/x", errno.ENOTDIR),
        (b"/etc/loop", errno.ELOOP),
        (b"/etc/outside", errno.ENOENT),
        (b"/etc/exim4", errno.EISDIR),
        (b"/a\0b", errno.ENOENT),
    ],
)
def test_errors_are_those_of_the_real_call(tree: Path, path: bytes, number: int) -> None:
    with pytest.raises(OSError) as caught:
        open_world(root=str(tree)).read_file(path)
    assert caught.value.errno == number
    assert str(tree) not in str(caught.value)


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    world = open_world()
    with pytest.raises(EximLangError, match="not a regular file"):
        world.read_file(bytes(tmp_path / "fifo"))
    with pytest.raises(EximLangError, match="not a regular file"):
        world.read_file(b"/dev/zero")
    assert world.read_file(b"/dev/null") == b""
    with pytest.raises(EximLangError, match="relative path"):
        world.read_file(b"etc/passwd")


def test_large_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"12345")
    assert open_world().read_file(bytes(tmp_path / "f"), 5) == b"12345"
    with pytest.raises(EximLangError, match="larger than 4 bytes"):
        open_world().read_file(bytes(tmp_path / "f"), 4)


def test_directories(tree: Path) -> None:
    world = open_world(root=str(tree))
    assert world.list_directory(b"/etc/folder") == [b"domains"]
    assert world.exists(b"/etc/absolute")
    assert not world.exists(b"/etc/outside")
    assert os.path.islink(tree / "etc/absolute")
    assert world.stat(b"/etc/absolute", follow=False).st_mode & 0o170000 == 0o120000


def test_parsed_files_are_parsed_again_when_changed(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"1")
    world = open_world()
    parsed: list[bytes] = []

    def parse(content: bytes) -> int:
        parsed.append(content)
        return int(content)

    assert [world.parsed_file(bytes(file), parse), world.parsed_file(bytes(file), parse)] == [1, 1]
    file.write_bytes(b"22")
    assert world.parsed_file(bytes(file), parse) == 22
    assert parsed == [b"1", b"22"]


def test_users(tree: Path) -> None:
    world = open_world(root=str(tree))
    king = world.passwd(b"kr")
    assert king is not None
    assert (king.uid, king.gid, king.gecos, king.home, king.shell) == (42, 43, b"King Rat", b"/home/kr", b"/bin/bash")
    assert world.passwd(42) == king
    assert world.passwd(b"nobody") is None
    assert world.passwd(7) is None
    assert world.group(b"mail") == 8
    assert world.group(b"none") is None
    here = open_world().passwd(b"root")
    assert here is not None
    assert here.uid == 0


def test_open_failed() -> None:
    assert open_failed("/x for y", OSError(errno.ENOENT, "")) == "failed to open /x for y: No such file or directory"
    denied = f"failed to open /x: Permission denied (euid={os.geteuid()} egid={os.getegid()})"
    assert open_failed("/x", OSError(errno.EACCES, "")) == denied


# -- fixtures and the policy


def test_fixture_file(tmp_path: Path) -> None:
    file = tmp_path / "fixtures.json"
    file.write_text('{"file": {"/etc/x": "y\\udcff", "/etc/none": null}, "env": {"HOME": "/h"}}')
    world = open_world(fixtures=str(file))
    assert world.read_file(b"/etc/x") == b"y\xff"
    assert world.stat(b"/etc/x").st_size == 2
    assert not world.exists(b"/etc/none")
    assert world.environment(b"HOME") == b"/h"
    copy = tmp_path / "copy.json"
    world.fixtures.save(str(copy))
    assert Fixtures.load(str(copy)).get("file", b"/etc/x") == "y\udcff"


def test_fixture_files_make_directories() -> None:
    answers: dict[str, dict[str, Json]] = {"file": {"/d/a": "", "/d/sub/b": "", "/d/gone": None, "/e/x": ""}}
    scope = Scope(config_from_text(""), World(fixtures=Fixtures(answers)))
    assert scope.world.list_directory(b"/d/") == [b"a", b"sub"]
    found = [expand(b"${lookup{%s}dsearch,filter=%s{/d}{y}{n}}" % case, scope) for case in DIRECTORY_CASES]
    assert found == [b"y", b"n", b"y", b"n"]


DIRECTORY_CASES = [(b"a", b"file"), (b"a", b"dir"), (b"sub", b"subdir"), (b"gone", b"file")]


@pytest.mark.parametrize("content", ["", "[]", '{"dns": []}', "{"])
def test_bad_fixture_files(tmp_path: Path, content: str) -> None:
    (tmp_path / "f").write_text(content)
    with pytest.raises(UsageError, match="is not a fixture file"):
        open_world(fixtures=str(tmp_path / "f"))
    with pytest.raises(UsageError, match="cannot read fixtures"):
        open_world(fixtures=str(tmp_path / "missing"))


def test_bad_words() -> None:
    with pytest.raises(UsageError, match="nothing of the kind 'everything' can be allowed"):
        open_world(allow=["everything"])
    with pytest.raises(UsageError, match="is not a directory"):
        open_world(root="/no/such/root")
    with pytest.raises(UsageError, match="cannot read zone file"):
        open_world(dns="/no/such/zone")


CLOSED: list[tuple[Callable[[World], object], str]] = [
    (lambda world: world.dns(b"Example.com.", "mx"), '"dns": {"example.com MX": ["..."]}'),
    (lambda world: world.run([b"/bin/id", b"-u"]), '"run": {"/bin/id -u": {"output": "...", "status": 0}}'),
    (lambda world: world.read_socket(b"/run/s", b"hi\n"), '"readsocket": {"/run/s hi\\n": "..."}'),
    (lambda world: world.allow("write", "/var/log/x"), '"write": {"/var/log/x": "..."}'),
]


@pytest.mark.parametrize("access, stub", CLOSED)
def test_closed(access: Callable[[World], object], stub: str) -> None:
    with pytest.raises(ClosedWorld) as caught:
        access(open_world())
    assert stub in caught.value.stub


def test_answers_for_programs_and_sockets() -> None:
    answers: dict[str, dict[str, Json]] = {
        "run": {"/bin/a": {"output": "x\n", "status": 3}, "/bin/b": "y", "/bin/c": None, "/bin/d": {"defer": "t"}},
        "readsocket": {"/s a": "b", "/s": {"defer": "timeout"}, "inet:h:1 q": None},
    }
    world = World(fixtures=Fixtures(answers))
    assert (world.run([b"/bin/a"]).output, world.run([b"/bin/a"]).status) == (b"x\n", 3)
    assert (world.run([b"/bin/b"]).output, world.run([b"/bin/b"]).status) == (b"y", 0)
    with pytest.raises(FileNotFoundError):
        world.run([b"/bin/c"])
    with pytest.raises(TimeoutError):
        world.run([b"/bin/d"])
    assert world.read_socket(b"/s", b"a") == b"b"
    with pytest.raises(TimeoutError):
        world.read_socket(b"/s", b"")
    with pytest.raises(ConnectionRefusedError):
        world.read_socket(b"inet:h:1", b"q")


def test_live_and_recorded(tmp_path: Path) -> None:
    world = open_world(allow=["run"], record=True)
    result = world.run([b"/bin/sh", b"-c", b"cat; echo err >&2; exit 3"], stdin=b"in\n")
    assert (result.output, result.status) == (b"in\nerr\n", 3)
    with pytest.raises(TimeoutError):
        world.run([b"/bin/sleep", b"5"], timeout=0.1)
    assert world.recorder is not None
    again = World(fixtures=world.recorder)
    assert again.run([b"/bin/sh", b"-c", b"cat; echo err >&2; exit 3"]) == result


def test_live_socket(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen(1)

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"got " + connection.makefile("rb").read())

        thread = threading.Thread(target=serve)
        thread.start()
        assert open_world(allow=["readsocket"]).read_socket(path.encode(), b"hello") == b"got hello"
        thread.join()


def test_clock_and_randomness() -> None:
    world = open_world(now=1000.5, seed=7)
    assert world.now() == 1000.5
    assert world.random_bytes(4) == open_world(seed=7).random_bytes(4)
    assert len(open_world().random_bytes(4)) == 4
    assert open_world().now() > 1_700_000_000


def test_host() -> None:
    assert open_world(host_name="mx.example.org").host_name == b"mx.example.org"
    assert b"127.0.0.1" in open_world().interfaces()
    hosts: dict[str, dict[str, Json]] = {"file": {"/etc/hosts": "# c\n127.0.0.1 localhost lo # x\n\n::1\n"}}
    assert World(fixtures=Fixtures(hosts)).hosts_file() == [(b"127.0.0.1", [b"localhost", b"lo"])]


def test_answers_in_turn() -> None:
    recorder = Recorder()
    for answer in ("1", "1", "2", None):
        recorder.put("redis", b"get x", answer)
    recorder.put("redis", b"get y", "same")
    recorder.put("redis", b"get y", "same")
    assert recorder.raw("redis", b"get y") == "same"
    assert recorder.raw("redis", b"get x") == {"in turn": ["1", "1", "2", None]}
    assert [recorder.get("redis", b"get x") for _ in range(6)] == ["1", "1", "2", None, None, None]


def test_no_turns() -> None:
    with pytest.raises(UsageError, match="wants a list that is not empty"):
        Fixtures({"redis": {"get x": {"in turn": []}}}).get("redis", b"get x")


def test_recording_is_saved_when_the_world_goes(tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    world = open_world(allow=["run"], record=str(file))
    assert file.exists()
    world.run([b"/bin/echo", b"hello"])
    del world
    gc.collect()
    assert open_world(fixtures=str(file)).run([b"/bin/echo", b"hello"]).output == b"hello\n"
    with pytest.raises(UsageError, match="cannot write fixtures"):
        open_world(record=str(tmp_path / "none" / "answers.json"))
