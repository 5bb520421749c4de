"""Reading the cases in tests/cases/filter, and testing the filters with the installed Exim.

A case is a line `--- FLAGS`, a filter, a line `...`, and what `exim -bf` prints for the message below, with a last line
`= STATUS`. `python -m tests.filter_cases FILE` writes down what the installed Exim prints.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "cases" / "filter"
CONFIG = """\
primary_hostname = mx.example.org
qualify_domain = example.org
timezone = UTC
keep_environment =
begin rewrite
*@old.example.org $1@example.org
"""
MESSAGE = b"""\
From: Alice <alice@example.net>
To: bob@example.org, Carol <carol@example.org>
Cc: dave@example.com, bob+x@example.org
Subject: a subject
Precedence: none
X-Num: 12
X-Encoded: =?utf-8?Q?caf=C3=A9?=
Message-Id: <m1@example.net>

first line
second line
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A filter, the flags that it is tested with, and what is printed."""

    name: str
    flags: tuple[str, ...]
    filter: bytes
    expected: str

    def __str__(self) -> str:
        return self.name


def read_cases(path: Path) -> list[Case]:
    """All cases of a file."""
    cases = []
    for number, block in enumerate(re.split(r"(?m)^--- ?", path.read_text("utf-8"))[1:]):
        first, _, rest = block.partition("\n")
        text, _, expected = rest.partition("...\n")
        flags = tuple(shlex.split(first))
        flat = re.sub(r"\s+", " ", text.partition("\n")[2])[:50]
        cases.append(Case(f"{path.stem} {number} {flat}", flags or ("-bf",), text.encode(), expected))
    return cases


def command(case: Case, folder: Path) -> list[str]:
    """The arguments of Exim for a case whose files are made in `folder`."""
    (folder / "exim.conf").write_text(CONFIG)
    (folder / "exim.conf").chmod(0o644)
    (folder / "filter").write_bytes(case.filter)
    mode, *others = case.flags
    sender = [] if "-f" in others else ["-f", "alice@example.net"]
    return ["-C", str(folder / "exim.conf"), mode, str(folder / "filter"), *sender, *others]


def ask_exim(case: Case, folder: Path) -> str:
    """What the installed Exim prints."""
    exim = shutil.which("exim4") or shutil.which("exim4", path="/usr/sbin:/usr/bin")
    assert exim is not None, "these tests compare with an installed Exim (package exim4-daemon-heavy)"
    done = subprocess.run([exim, *command(case, folder)], input=MESSAGE, capture_output=True, check=False)
    return normal(done.stdout, done.returncode, folder)


def normal(output: bytes, status: int, folder: Path) -> str:
    """The output as the cases have it."""
    return output.decode("latin-1").replace(str(folder), "DIR") + f"= {status}\n"


def main(path: Path) -> None:
    """Writes down what Exim prints for the cases of a file."""
    blocks = re.split(r"(?m)^--- ?", path.read_text("utf-8"))[1:]
    out = []
    for block, case in zip(blocks, read_cases(path), strict=True):
        with tempfile.TemporaryDirectory() as name:
            out.append("--- " + block.partition("...\n")[0] + "...\n" + ask_exim(case, Path(name)))
    path.write_text("".join(line.replace("--- \n", "---\n") for line in out), "utf-8")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        main(Path(argument))
