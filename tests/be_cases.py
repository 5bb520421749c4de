"""Cases of `-be`, as data: what is expanded, and what Exim prints.

    # a comment
    % -oMa 192.0.2.1.25           the flags of the cases that follow
    > ${lc:AbC}
    abc
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from exim_lang.cli.exim.be import answer
from exim_lang.cli.exim.flags import parse_flags
from exim_lang.cli.exim.scope import exim_scope
from exim_lang.expand.scope import Scope
from exim_lang.model.config import Config
from exim_lang.model.load import config_from_text

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    """One expansion; `place` is FILE:LINE."""

    place: str
    flags: tuple[str, ...]
    expression: str
    expected: str


def read_cases(path: Path) -> list[Case]:
    """The cases of a file; text is latin-1."""
    cases: list[Case] = []
    flags: tuple[str, ...] = ()
    started: tuple[int, str] | None = None
    lines: list[str] = []

    def finish() -> None:
        if started is not None:
            printed = "\n".join(lines).rstrip("\n")
            cases.append(Case(f"{path.name}:{started[0]}", flags, started[1], printed))
            lines.clear()

    for number, line in enumerate(path.read_text("latin-1").splitlines(), 1):
        if line.startswith(("> ", "# ", "%")):
            finish()
            started = None
            if line.startswith("%"):
                flags = tuple(shlex.split(line[1:]))
            elif line.startswith("> "):
                started = (number, line[2:])
        elif started is not None:
            lines.append(line)
    finish()
    return cases


@cache
def config_of(text: str) -> Config:
    """The configuration that `text` is; it must be without a mistake."""
    config = config_from_text(text)
    assert not config.problems, config.problems
    return config


def scope_of(config: Config, flags: Iterable[str] = ()) -> Scope:
    return exim_scope(parse_flags([*flags, "-be"]), config)


def printed_here(config: Config, case: Case, scope: Scope | None = None) -> str:
    """What `-be` prints for the case."""
    found = answer(case.expression.encode("latin-1"), scope or scope_of(config, case.flags))
    return found.decode("latin-1").rstrip("\n")


def printed_by_exim(config: Path, expressions: Sequence[str], flags: Sequence[str] = ()) -> list[str]:
    """What the installed Exim prints for each expression."""
    exim = shutil.which("exim4")
    assert exim, "the installed exim4 is what the cases are compared with"
    mark = "@@next@@"
    feed = "".join(f"{expression}\n{mark}\n" for expression in expressions)
    command = [exim, "-C", str(config), *flags, "-be"]
    ran = subprocess.run(command, input=feed.encode("latin-1"), capture_output=True, check=True, timeout=60)
    output = ran.stdout.decode("latin-1").removeprefix("> ")
    return [piece.removeprefix("\n> ").rstrip("\n") for piece in output.split(f"\n> {mark}")[: len(expressions)]]
