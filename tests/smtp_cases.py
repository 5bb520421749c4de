"""Reading the dialogues in tests/cases/smtp, and holding them with exim-lang or with Exim itself.

A case is a line `=== name`, a configuration, a line `---`, then what client (`C:`) and server (`S:`) say. `<date>`, `<id>`
and `<version>` stand for what differs each time, `\\x00` for a byte.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from exim_lang.acl.scope import new_scope
from exim_lang.model.dialect import dialect_for
from exim_lang.model.load import config_from_text
from exim_lang.smtp.session import Session
from exim_lang.world.opening import open_world
from exim_lang.world.world import World

FOLDER = Path(__file__).parent / "cases" / "smtp"
CLIENT = b"192.0.2.1"
_DATE = re.compile(r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")


@dataclass(frozen=True, slots=True)
class Case:
    """One dialogue; `lines` are those of both sides, each with its mark."""

    name: str
    configuration: str
    lines: tuple[str, ...]

    @property
    def said(self) -> list[bytes]:
        """What the client says, without line ends."""
        said = [line[3:] for line in self.lines if line.startswith("C:")]
        return [re.sub(rb"\\x(..)", lambda found: bytes.fromhex(found[1].decode()), line.encode()) for line in said]

    @property
    def answers(self) -> list[str]:
        """What the server says."""
        return [line[3:] for line in self.lines if line.startswith("S:")]


def read_cases() -> list[Case]:
    """All dialogues; the name starts with that of the file."""
    cases = []
    for path in sorted(FOLDER.glob("*.txt")):
        for block in re.split(r"(?m)^=== ", path.read_text("utf-8"))[1:]:
            name, _, rest = block.partition("\n")
            configuration, _, dialogue = rest.partition("---\n")
            lines = tuple(line for line in dialogue.splitlines() if line)
            cases.append(Case(f"{path.stem}: {name}", configuration, lines))
    return cases


def normal(line: str) -> str:
    """A reply line with placeholders."""
    line = _DATE.sub("<date>", line)
    line = re.sub(r"id=\w{6}-\w{6,11}-\w{2,4}", "id=<id>", line)
    return re.sub(r"Exim 4\.\d+", "Exim <version>", line)


def replies(output: bytes) -> list[str]:
    """The reply lines in what a server printed."""
    lines = output.decode("utf-8").replace("\r\n", "\n").split("\n")
    return [normal(line) for line in lines if re.match(r"\d{3}[ -]", line)]


def make_session(configuration: str, *, version: str = "4.96", world: World | None = None) -> Session:
    """A session with the client of the cases, offline unless another `world` is given."""
    config = config_from_text(configuration, name="test.conf", dialect=dialect_for(version))
    assert not config.problems, config.problems
    scope = new_scope(config, world or open_world())
    scope.connection.host_address = CLIENT
    return Session(scope, testing=True)


def converse(session: Session, said: list[bytes]) -> list[str]:
    """Both sides of the conversation as lines with their marks."""
    lines = [f"S: {line}" for line in replies(session.greet())]
    for line in said:
        if session.closed:
            break
        shown = line.decode("utf-8").replace("\0", "\\x00").replace("\r", "\\x0d")
        lines.append(f"C: {shown}".rstrip() if not line.endswith(b" ") else f"C: {shown}")
        lines += [f"S: {reply}" for reply in replies(session.receive(line + b"\n"))]
    if not session.closed:
        lines += [f"S: {reply}" for reply in replies(session.end_of_input())]
    return lines


def ask_exim(exim: str, case: Case, folder: Path) -> list[str]:
    """The replies of the installed Exim to the client of a case."""
    path = folder / "exim.conf"
    path.write_text(case.configuration)
    command = [exim, "-C", str(path), "-bh", CLIENT.decode()]
    feed = b"".join(line + b"\n" for line in case.said)
    result = subprocess.run(command, input=feed, capture_output=True, check=False, timeout=60)
    return replies(result.stdout)
