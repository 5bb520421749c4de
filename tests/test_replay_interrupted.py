"""`exim-lang replay` interrupted, resumed, in processes that die, on terminals, on clusters."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from concurrent.futures import BrokenExecutor
from pathlib import Path

import pytest

from exim_lang.cli.main import main
from exim_lang.replay.corpus import Item
from exim_lang.replay.engines import LOST, batches
from exim_lang.replay.work import Batch, Chunk, batch_of
from tests.replay_helper import CONFIGURATION, mail, maildir

ROOT = Path(__file__).parent.parent


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "exim.conf"
    path.write_text(CONFIGURATION)
    return str(path)


# -- interruptions


def command(config: str, corpus: str, *options: str) -> list[str]:
    return [sys.executable, "-m", "exim_lang", "replay", config, corpus, "--at", "1700000000", *options]


def started(arguments: list[str], output: Path, lines: int) -> subprocess.Popen[bytes]:
    """A run that has written so many results, and is not done."""
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
    for _ in range(3000):
        if output.exists() and output.read_bytes().count(b"\n") >= lines:
            break
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    assert process.poll() is None, "it was too fast to be interrupted"
    return process


def children(process: subprocess.Popen[bytes]) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def workers(process: subprocess.Popen[bytes]) -> list[int]:
    return [pid for pid in children(process) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, bytes]:
    """A configuration, a mailbox of 1800 messages, and its results without any interruption."""
    folder = tmp_path_factory.mktemp("large")
    (folder / "exim.conf").write_text(CONFIGURATION)
    recipients = ("kim@here.example", "bad@here.example", "asks@here.example")
    mails = (b"From x\n" + mail(number, recipients[number % 3]) for number in range(1800))
    (folder / "mbox").write_bytes(b"\n".join(mails))
    arguments = command(str(folder / "exim.conf"), str(folder / "mbox"), "-j1", "--output", str(folder / "whole"))
    assert subprocess.run(arguments, check=False, capture_output=True, cwd=ROOT).returncode == 1
    whole = (folder / "whole").read_bytes()
    assert whole.count(b"\n") == 1800
    return str(folder / "exim.conf"), str(folder / "mbox"), whole


def test_killed_and_resumed(large: tuple[str, str, bytes], tmp_path: Path) -> None:
    """Killed several times, each time in the middle: nothing is lost, nothing is there twice, no process is left."""
    config, corpus, whole = large
    output = tmp_path / "results"
    arguments = command(config, corpus, "-j2", "--output", str(output), "--json", "--resume")
    for number, how in enumerate((signal.SIGKILL, signal.SIGTERM, signal.SIGKILL, signal.SIGINT)):
        process = started(arguments, output, 100 + 300 * number)
        family = workers(process)
        assert family
        process.send_signal(how)
        _, complaint = process.communicate(timeout=30)
        assert process.returncode == (-how if how == signal.SIGKILL else 128 + how)
        if how != signal.SIGKILL:
            assert b"--resume goes on" in complaint
        for _ in range(1000):
            if not any(Path(f"/proc/{pid}").exists() for pid in family):
                break
            time.sleep(0.01)
        else:
            raise AssertionError("processes were left behind")
        assert len(output.read_bytes()) < len(whole)
        if number == 0:
            with output.open("ab") as file:
                file.write(b'{"number":')  # a write that was torn
    done = subprocess.run(arguments, check=False, capture_output=True, cwd=ROOT)
    assert done.returncode == 1, done.stderr
    assert output.read_bytes() == whole
    assert json.loads(done.stdout)["messages"] == 1800
    assert json.loads(done.stdout)["failed"] == 600
    again = subprocess.run(arguments, check=False, capture_output=True, cwd=ROOT)
    assert again.stdout == done.stdout  # nothing left to do
    assert output.read_bytes() == whole


def test_a_process_of_the_pool_is_killed(large: tuple[str, str, bytes], tmp_path: Path) -> None:
    config, corpus, whole = large
    output = tmp_path / "results"
    process = started(command(config, corpus, "-j2", "--output", str(output)), output, 200)
    os.kill(workers(process)[0], signal.SIGKILL)
    said, complaint = process.communicate(timeout=60)
    assert process.returncode == 1, complaint
    assert said.startswith(b"1800 messages")
    assert output.read_bytes() == whole


def test_an_item_that_kills_its_process() -> None:
    """It is reported as such, and all others are played."""

    class Promise:
        def __init__(self, chunk: Chunk) -> None:
            self.chunk = chunk

        def result(self) -> Batch:
            items = self.chunk.items
            if any(item.name == "deadly" for item in items):
                raise BrokenExecutor
            results = [{"number": self.chunk.number + n, "name": one.name, "verdict": "accept"} for n, one in enumerate(items)]
            return batch_of(results, items)

    class Fragile:
        ahead = 2
        lost: tuple[type[BaseException], ...] = (BrokenExecutor,)
        renewed = 0

        def submit(self, chunk: Chunk) -> Promise:
            return Promise(chunk)

        def renew(self) -> None:
            self.renewed += 1

        def close(self) -> None:
            pass

    names = ["a", "b", "deadly", "c", "d", "e"]
    items = [Item("eml", name, name) for name in names]
    engine = Fragile()
    lines = b"".join(batch.lines for batch in batches([Chunk(0, items[:2]), Chunk(2, items[2:4]), Chunk(4, items[4:])], engine))
    results = [json.loads(line) for line in lines.splitlines()]
    assert [(result["number"], result["name"]) for result in results] == list(enumerate(names))
    assert [result["verdict"] for result in results] == ["accept", "accept", "error", "accept", "accept", "accept"]
    assert results[2]["errors"][0]["message"] == LOST
    assert engine.renewed == 2


def test_results_are_guarded(config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    box = maildir(tmp_path / "box", [mail(n) for n in range(3)])
    output = tmp_path / "results"
    arguments = ["replay", config, box, "-j1", "--output", str(output)]
    assert main(arguments) == 0
    assert main(arguments) == 2
    assert "--resume goes on with it" in capsys.readouterr().err
    assert main([*arguments, "--resume", "--host", "192.0.2.1"]) == 2
    assert "other options than when it was begun" in capsys.readouterr().err
    (Path(box) / "cur" / "00000").write_bytes(mail(4))
    assert main([*arguments, "--resume"]) == 2
    assert "has changed: where cur/00000.mx was, there is cur/00000" in capsys.readouterr().err
    (Path(box) / "cur" / "00000").unlink()
    with open(config, "a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert main([*arguments, "--resume"]) == 2
    assert "other configuration than" in capsys.readouterr().err
    assert len(output.read_text().splitlines()) == 3


def test_results_on_the_standard_output(config: str, tmp_path: Path) -> None:
    box = maildir(tmp_path / "box", [mail(n) for n in range(3)])
    done = subprocess.run(command(config, box, "--output", "-"), check=True, capture_output=True, cwd=ROOT)
    assert [json.loads(line)["number"] for line in done.stdout.splitlines()] == [0, 1, 2]
    assert done.stderr.startswith(b"3 messages: 3 accept")


def test_progress_only_on_terminals(config: str, tmp_path: Path) -> None:
    box = maildir(tmp_path / "box", [mail(n) for n in range(3)])
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    subprocess.run(command(config, box), check=True, stdout=subprocess.PIPE, stderr=slave, cwd=ROOT)
    assert select.select([master], [], [], 5)[0]
    assert b"0/3" in os.read(master, 65536)
    os.close(slave)
    os.close(master)
    assert subprocess.run(command(config, box), check=True, capture_output=True, cwd=ROOT).stderr == b""


# -- clusters

CLUSTER = """\
import sys
from distributed import LocalCluster
from exim_lang.cli.main import main
with LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None) as cluster:
    sys.exit(main([*sys.argv[1:], "--scheduler", cluster.scheduler_address]))
"""


def test_dask(large: tuple[str, str, bytes], tmp_path: Path) -> None:
    """A local cluster with processes, and a scheduler that is there already: the same results as without."""
    config, corpus, whole = large
    for number, start in enumerate(([sys.executable, "-m", "exim_lang"], [sys.executable, "-c", CLUSTER])):
        output = tmp_path / f"results{number}"
        arguments = command(config, corpus, "-j1", "--output", str(output), "--engine", "dask")[3:]
        done = subprocess.run([*start, *arguments], check=False, capture_output=True, cwd=ROOT)
        assert done.returncode == 1, done.stderr
        assert output.read_bytes() == whole
