"""The same expansion many times, whole process, against `exim4 -be` fed the same lines; and how fast strings are compiled.

    python benchmarks/expansion.py [--lines N] [--rounds N]

Both sides run in turns, the median of the wall clock and of the processor time (user and system) of each counts. Exim
writes every line with a system call of its own, so what a busy or virtual machine takes for those shows in its times.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from exim_lang.expand.engine import compiled_string, expand, parse
from exim_lang.expand.scope import Scope
from exim_lang.model.load import config_from_text
from exim_lang.world.opening import open_world

CONFIG = "primary_hostname = myhost.ex\n"
SENDER = "Joe.Doe@Example.ORG"
ALIASES = "".join(f"user{number}: user{number}@mail{number % 7}.example\n" for number in range(200)) + "joe.doe: joe@work\n"

EXPRESSIONS = {
    "match, extract, sg": r"${if match{$sender_address}{\N^(.+)@(.+)$\N}{${lc:$1} at ${uc:$2}}{none}} "
    r"${extract{2}{:}{a:b:c}} ${length_3:$primary_hostname} ${sg{$sender_address}{\\.}{-}}",
    "if eq, nested": r"${if eq{${lc:$acl_m_0}}{}{${if def:primary_hostname{yes $primary_hostname}{no}}}{${uc:$acl_m_0}}}",
    "domain, and, match": r"${if and{{!eq{$sender_host_address}{192.0.2.1}}{match{$primary_hostname}{^my(.*)\.ex}}}"
    r"{${domain:$sender_address} $1}{other}}",
    "lookup lsearch": r"${lookup{${lc:${local_part:$sender_address}}}lsearch{ALIASES}{<$value>}{none}}",
    "map, filter": r"${map{a:b:c}{<$item>}} ${filter{red:green:blue}{!eq{$item}{green}}}",
}


class Taken(NamedTuple):
    """Seconds of one run."""

    wall: float
    processor: float


def run(command: Sequence[str], lines: Path, environment: dict[str, str]) -> Taken:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    with lines.open("rb") as file:
        subprocess.run(command, check=True, stdin=file, stdout=subprocess.DEVNULL, env=environment)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Taken(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def median(runs: Sequence[Taken]) -> Taken:
    return Taken(statistics.median(one.wall for one in runs), statistics.median(one.processor for one in runs))


def _output(command: Sequence[str], text: str, environment: dict[str, str]) -> bytes:
    return subprocess.run(command, check=True, input=text.encode(), capture_output=True, env=environment).stdout


def same_answers(commands: Sequence[Sequence[str]], text: str, environment: dict[str, str]) -> None:
    """Stops where the two sides do not say the same: then there is nothing to compare."""
    answers = [_output(one, text, environment) for one in commands]
    if answers[0] != answers[1]:
        raise SystemExit(f"the answers differ for {text!r}:\n{answers[0]!r}\n{answers[1]!r}")


def against_exim(count: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        folder.chmod(0o755)
        aliases = folder / "aliases"
        aliases.write_text(ALIASES)
        config = folder / "exim.conf"
        config.write_text(CONFIG)
        # As installed: with byte code that is kept, here and not in the folders of the sources.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
        flags = ["-C", str(config), "-f", SENDER, "-be"]
        commands = [
            [str(Path(sys.executable).with_name("exim-lang")), "exim", *flags],
            [shutil.which("exim4") or "/usr/sbin/exim4", *flags],
        ]
        print(f"{count} lines, {rounds} rounds{'':<8}exim-lang wall (processor)     exim4 -be       exim4/exim-lang")
        for name, expression in EXPRESSIONS.items():
            text = expression.replace("ALIASES", str(aliases)) + "\n"
            same_answers(commands, text, environment)
            lines = folder / "lines"
            lines.write_text(text * count)
            times = [[run(command, lines, environment) for command in commands] for _ in range(rounds)]
            ours, exims = (median(column) for column in zip(*times, strict=True))
            print(
                f"{name:<30}{ours.wall:7.2f} s ({ours.processor:5.2f} s)   {exims.wall:7.2f} s ({exims.processor:5.2f} s)"
                f"   {exims.wall / ours.wall:6.2f} x ({exims.processor / ours.processor:5.2f} x)"
            )


def distinct(count: int) -> list[str]:
    expressions = list(EXPRESSIONS.values())
    return [f"{number} " + expressions[number % len(expressions)].replace("ALIASES", "/x") for number in range(count)]


def compiling(count: int) -> None:
    """Parsing and compiling of strings that were never seen before; the ones with a lookup are not evaluated."""
    texts = distinct(count)
    size = sum(map(len, texts))
    parse(texts[0])
    start = time.perf_counter()
    for text in texts:
        parse(text)
    taken = time.perf_counter() - start
    print(f"parsing:  {size / taken / 1e6:8.3f} MB/s, {count / taken:8.0f} strings/s (mean length {size // count})")
    scope = Scope(config_from_text(CONFIG), open_world())
    texts = [text for text in texts if "lookup" not in text]
    compiled_string.cache_clear()
    start = time.perf_counter()
    for text in texts:
        expand(text, scope)
    taken = time.perf_counter() - start
    print(f"distinct: {len(texts) / taken:8.0f} strings/s parsed, compiled and evaluated once")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--distinct", type=int, default=2000)
    options = parser.parse_args()
    against_exim(options.lines, options.rounds)
    compiling(options.distinct)
    return 0


if __name__ == "__main__":
    sys.exit(main())
