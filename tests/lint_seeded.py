"""Mistakes put into sound configurations, one each: the data of `tests/cases/lint/seeded`, and what Exim finds of them.

    python -m tests.lint_seeded          what `exim4 -bV` says of each, and how many of them it refuses

An entry of a file is a title (`# `), the configuration that is changed (`@ `), the lines that go (`- `) and the lines that come
instead (`+ `, or `> ` when the finding has to be there). `? ` is the beginning of another line where the finding may be, for
mistakes that take something away. `= ` names the rules of which one has to find it, `! ` begins what Exim 4.96 says when it
refuses the file.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "cases" / "lint" / "seeded"
BASES = tuple(sorted(path.stem for path in FOLDER.glob("*.conf")))


@dataclass
class Mistake:
    """A change to a sound configuration."""

    family: str
    title: str
    base: str = ""
    old: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    marked: list[int] = field(default_factory=list)
    """Which of the new lines the finding may be at."""
    near: list[str] = field(default_factory=list)
    rules: tuple[str, ...] = ()
    refused: str = ""

    def __str__(self) -> str:
        return f"{self.family}: {self.title}"

    @property
    def seeded(self) -> tuple[str, set[int]]:
        """The configuration with the mistake, and the lines (from 1) where it may be found."""
        lines = base_text(self.base).split("\n")
        places = [at for at in range(len(lines)) if lines[at : at + len(self.old)] == self.old]
        assert len(places) == 1, f"{self}: the old lines stand there {len(places)} times"
        at = places[0]
        lines[at : at + len(self.old)] = self.new
        wanted = {at + offset + 1 for offset in self.marked}
        for start in self.near:
            found = {number for number, line in enumerate(lines, 1) if line.strip().startswith(start)}
            assert found, f"{self}: there is no line that begins with {start}"
            wanted |= found
        return "\n".join(lines), wanted


def base_text(name: str) -> str:
    """One of the sound configurations."""
    return (FOLDER / f"{name}.conf").read_text(encoding="utf-8")


def mistakes() -> list[Mistake]:
    """All of them, in the order of the files."""
    return [one for path in sorted(FOLDER.glob("*.txt")) for one in _read(path)]


def _read(path: Path) -> list[Mistake]:
    found: list[Mistake] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        mark, text = line[:1], line[2:]
        match mark:
            case "":
                continue
            case "#":
                found.append(Mistake(path.stem, text))
            case "@":
                found[-1].base = text
            case "-":
                found[-1].old.append(text)
            case "+":
                found[-1].new.append(text)
            case ">":
                found[-1].marked.append(len(found[-1].new))
                found[-1].new.append(text)
            case "?":
                found[-1].near.append(text)
            case "=":
                found[-1].rules = tuple(text.split())
            case "!":
                found[-1].refused = text
            case _:
                raise AssertionError(f"{path.name}: {line!r} begins with no mark")
    return found


def exim_refuses(text: str) -> str:
    """What the installed Exim says when it refuses a configuration (`exim4 -bV`), empty when it takes it."""
    exim = shutil.which("exim4")
    assert exim is not None, "exim4 is not installed"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "exim.conf"
        file.write_text(text, encoding="utf-8")
        done = subprocess.run([exim, "-C", str(file), "-bV"], capture_output=True, text=True, timeout=30, check=False)
    said = done.stdout + done.stderr
    said = said.replace(f"{folder}/", "")
    if "onfiguration error" in said:
        return " ".join(said[said.index("onfiguration error") :].partition(":")[2].split())
    if done.returncode != 0:
        return next((line.partition(" ")[2].partition(" ")[2] for line in said.splitlines() if "ailed" in line), said)
    return ""


def main() -> None:
    """Prints what Exim says of each mistake."""
    refused = 0
    every = mistakes()
    for one in every:
        said = exim_refuses(one.seeded[0])
        refused += bool(said)
        print(f"{one}\n    {said or '-'}")
    print(f"{refused} of {len(every)} are refused by exim4 -bV")


if __name__ == "__main__":
    main()
