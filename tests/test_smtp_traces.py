"""Whole `-bh` conversations: replies, trace, log lines and exit status, against those of the installed Exim.

A case in tests/cases/traces is a configuration, and behind lines `---` conversations: the client's address, then what it says.
Instead of a configuration it can be the line `use FILE`, for a configuration of this repository.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
FOLDER = REPOSITORY / "tests" / "cases" / "traces"
OURS = [sys.executable, "-m", "exim_lang", "exim", "--exim-version", "4.96"]
VARYING = (
    (re.compile(r"\b\w{6}-\w{6}-\w{2}\b"), "<id>"),
    (re.compile(r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}"), "<date>"),
    (re.compile(r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}"), "<date>"),
    (re.compile(r"(?m)^LOG: \d{3} \[\d+\] "), "LOG: <ms> <pid> "),
    (re.compile(r">>> unspool_mbox.*\n"), ""),  # the files of a folder, in no order
)


def conversations() -> list[object]:
    """Each conversation of each case: configuration, address, what the client says."""
    found: list[object] = []
    for path in sorted(FOLDER.glob("*.txt")):
        configuration, *rest = path.read_text("latin-1").split("\n---\n")
        for number, conversation in enumerate(rest):
            address, _, said = conversation.partition("\n")
            found.append(pytest.param(configuration, address, said.removesuffix("\n") + "\n", id=f"{path.stem}-{number}"))
    return found


def hold(command: list[str], config: Path, address: str, said: str) -> tuple[str, str, int]:
    """What one side writes to its standard output and standard error, and its exit status."""
    run = subprocess.run(
        [*command, "-C", str(config), "-bh", address], input=said.encode("latin-1"), capture_output=True, check=False
    )
    out, told = run.stdout.decode("latin-1"), run.stderr.decode("latin-1")
    for pattern, name in VARYING:
        out, told = pattern.sub(name, out), pattern.sub(name, told)
    return out, told, run.returncode


def configuration_file(configuration: str, folder: Path) -> Path:
    """The file that a case means; a text is written into the folder."""
    if configuration.startswith("use "):
        return REPOSITORY / configuration.removeprefix("use ")
    path = folder / "exim.conf"
    path.write_text(configuration + "\n", "latin-1")
    return path


@pytest.mark.parametrize(("configuration", "address", "said"), conversations())
def test_conversation(configuration: str, address: str, said: str, tmp_path: Path) -> None:
    exim = shutil.which("exim4") or shutil.which("exim4", path="/usr/sbin:/usr/local/sbin")
    if exim is None:
        pytest.fail("the package exim4-daemon-heavy is not installed")
    config = configuration_file(configuration, tmp_path)
    theirs = hold([exim], config, address, said)
    assert "SMTP testing session" in theirs[0], "Exim does not take the configuration"
    assert hold(OURS, config, address, said) == theirs
