"""What the installed Exim says of the bad examples on the pages of the rules.

    python -m tests.lint_exim_says        writes tests/cases/lint/exim-says.tsv anew

A line is a rule, the number of its bad example (from 1), what was asked (`-bV` for a configuration, `-be` for an expansion),
and the answer: `accepts`, or what Exim complains of. Exim finds few of these mistakes when it starts; the file says which.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from exim_lang.lint.page import Example, examples
from exim_lang.lint.rule import RULES
from tests.lint_examples import placed
from tests.lint_seeded import exim_refuses

FILE = Path(__file__).parent / "cases" / "lint" / "exim-says.tsv"
FAILED = "Failed: "
OUTSIDE = re.compile(r"\$\{(run|perl|readsocket|dlfunc|lookup[^}]*(ldap|mysql|pgsql|redis|sqlite|dnsdb|spf|servers))")
"""Expansions that are not asked for: they would run programs, or talk to servers."""


class Said(NamedTuple):
    """What Exim said of one example."""

    rule: str
    number: int
    asked: str
    answer: str


def bad_examples() -> list[tuple[str, int, Example]]:
    """The bad examples of all rules, with the names of the rules and numbers from 1."""
    return [
        (name, number, example)
        for name in RULES
        for number, example in enumerate((one for one in examples(RULES[name].page) if one.bad), 1)
        if example.kind != "exp" or not OUTSIDE.search(example.text)
    ]


def exim_says() -> list[Said]:
    """Exim's answers, in the order of the rules."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda case: _ask(*case), bad_examples()))


def recorded() -> list[Said]:
    """The answers in the file."""
    rows = [line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines()[1:]]
    return [Said(rule, int(number), asked, answer) for rule, number, asked, answer in rows]


def _ask(rule: str, number: int, example: Example) -> Said:
    if example.kind == "exp":
        return Said(rule, number, "-be", _expansion(example.text))
    return Said(rule, number, "-bV", _one_line(exim_refuses(placed(example).text)) or "accepts")


def _expansion(text: str) -> str:
    exim = shutil.which("exim4")
    assert exim is not None, "exim4 is not installed"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "exim.conf"
        file.write_text("keep_environment =\n", encoding="utf-8")
        string = "".join(line.strip().removesuffix("\\") for line in text.splitlines())
        command = [exim, "-C", str(file), "-be", string]
        done = subprocess.run(command, capture_output=True, timeout=30, check=False)
    answer = done.stdout.decode("latin-1").rstrip("\n")
    return _one_line(answer) if answer.startswith(FAILED) else "accepts"


def _one_line(text: str) -> str:
    return " ".join(text.split()).encode("ascii", "backslashreplace").decode()


def main() -> None:
    """Writes the file."""
    said = exim_says()
    lines = ["rule\texample\tasked\tanswer", *("\t".join(map(str, one)) for one in said)]
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    refused = sum(one.answer != "accepts" for one in said)
    print(f"{len(said)} bad examples, {refused} of them refused")


if __name__ == "__main__":
    main()
