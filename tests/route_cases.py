"""Reading the cases in tests/cases/route, and answering them with exim-lang or with Exim itself.

A case is a line `=== name`, a configuration, a line `---`, then command lines of Exim (`> -bt joe@a.example`), each with what
goes to the standard output and a line `= STATUS`.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "cases" / "route"


@dataclass(frozen=True, slots=True)
class Case:
    """One command line, with the output and the exit status."""

    name: str
    configuration: str
    flags: tuple[str, ...]
    output: str
    status: int

    def __str__(self) -> str:
        return f"{self.name}: {' '.join(self.flags)}"


def read_cases(path: Path) -> list[Case]:
    """All command lines of a file."""
    cases = []
    for block in re.split(r"(?m)^=== ", path.read_text("utf-8"))[1:]:
        name, _, rest = block.partition("\n")
        configuration, _, commands = rest.partition("---\n")
        for command in re.split(r"(?m)^> ", commands)[1:]:
            line, _, answer = command.partition("\n")
            output, _, status = answer.rstrip("\n").rpartition("= ")
            cases.append(Case(f"{path.stem}, {name}", configuration, tuple(shlex.split(line)), output, int(status)))
    return cases


def ask_exim(case: Case, folder: Path) -> tuple[str, int]:
    """What the installed Exim prints, and its exit status."""
    exim = shutil.which("exim4") or shutil.which("exim4", path="/usr/sbin:/usr/bin")
    assert exim is not None, "these tests compare with an installed Exim (package exim4-daemon-heavy)"
    done = subprocess.run(
        [exim, "-C", str(configuration_file(case, folder)), *case.flags],
        capture_output=True,
        text=True,
        encoding="latin-1",
        input="",
        check=False,
    )
    return done.stdout, done.returncode


def configuration_file(case: Case, folder: Path) -> Path:
    """The configuration as a file that Exim takes."""
    path = folder / "exim.conf"
    path.write_text(case.configuration)
    path.chmod(0o644)
    return path
