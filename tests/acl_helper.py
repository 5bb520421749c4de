"""Runs the same ACLs through the real Exim (`exim4 -bh`) and through this toolkit, and puts both in one form.

A case is the text of one ACL; all cases of a run are ACLs of one configuration, and each is called by a RCPT command
whose local part is its name.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from exim_lang.acl.run import run_acl
from exim_lang.acl.scope import new_scope
from exim_lang.acl.verdict import Verdict
from exim_lang.expand.scope import Scope
from exim_lang.expand.state import Address
from exim_lang.model.dialect import dialect_for
from exim_lang.model.load import load_config
from exim_lang.smtp.logline import LogBook
from exim_lang.taint import taint
from exim_lang.world.world import World

CLIENT = b"10.0.0.2"
SENDER = b"x@y.example"
DOMAIN = b"a.example"

_REFUSED = re.compile(r"LOG: .*? (temporarily )?rejected RCPT <(\w+)@a\.example>(?:: (.*))?")
_DISCARDED = re.compile(r"LOG: .*? RCPT <(\w+)@a\.example>: discarded by RCPT ACL(?:: (.*))?")


@dataclass
class Outcome:
    """What became of one case: the trace, the logged message, and whether it was refused and how."""

    trace: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    refused: str = ""
    message: str = ""


def write_config(path: Path, cases: Sequence[str], main: str = "") -> Path:
    """A configuration with one ACL for each case, named c0, c1, ..."""
    names = [f"c{number}" for number in range(len(cases))]
    spool = path / "spool"  # Exim keeps rates there, as a user of its own
    spool.mkdir()
    for folder in (path, spool):
        folder.chmod(0o777)
    head = (
        f"keep_environment =\nprimary_hostname = my.host.example\nhost_lookup =\nspool_directory = {spool}\n"
        "acl_smtp_mail = accept\n"
        f"acl_smtp_rcpt = ${{if inlist{{$local_part}}{{{':'.join(names)}}}{{$value}}}}\n"
    )
    acls = "".join(f"{name}:\n{case.rstrip()}\n" for name, case in zip(names, cases, strict=True))
    config = path / "exim.conf"
    config.write_text(head + main + "begin acl\n" + acls, "latin-1")
    return config


def sessions(cases: Sequence[str]) -> list[range]:
    """The numbers of the cases that share a session: `drop` ends one."""
    ends = [number + 1 for number, case in enumerate(cases) if "drop" in case]
    starts = [0, *ends]
    return [range(*pair) for pair in zip(starts, [*ends, len(cases)], strict=True) if pair[0] < pair[1]]


def ask_exim(config: Path, cases: Sequence[str]) -> list[Outcome]:
    """What the real Exim does."""
    outcomes = [Outcome() for _ in cases]
    for numbers in sessions(cases):
        _run_exim(config, numbers, outcomes)
    return outcomes


def _run_exim(config: Path, numbers: range, outcomes: list[Outcome]) -> None:
    exim = shutil.which("exim4") or shutil.which("exim4", path="/usr/sbin:/usr/bin")
    assert exim is not None, "these tests compare with an installed Exim (package exim4-daemon-heavy)"
    commands = [f"MAIL FROM:<{SENDER.decode()}>"] + [f"RCPT TO:<c{n}@{DOMAIN.decode()}>" for n in numbers]
    talk = "".join(f"{line}\r\n" for line in ["HELO me", *commands, "QUIT"])
    ran = subprocess.run(
        [exim, "-C", str(config), "-bh", CLIENT.decode()], input=talk.encode(), capture_output=True, check=False
    )
    current: Outcome | None = None
    for line in ran.stderr.replace("╎".encode(), b"|").decode("latin-1").split("\n"):
        started = re.match(r'>>> (?:using ACL|ACL) "c(\d+)"', line)
        if started and (current is None or not current.trace or current is not outcomes[int(started[1])]):
            current = outcomes[int(started[1])]
        if current is None:
            continue
        refused = _REFUSED.match(line)
        discarded = _DISCARDED.match(line)
        if refused:
            current.refused = "defer" if refused[1] else "deny"
            current.message = refused[3] or ""
            current = None
        elif discarded:
            current.refused = "discard"
            current.message = discarded[2] or ""
            current = None
        elif line.startswith(">>> "):
            current.trace.append(line[4:])
        elif line.startswith("LOG: "):
            current.log.append(line[5:])


def make_scope(config: Path, world: World) -> Scope:
    """The state of the session at RCPT time."""
    scope = new_scope(load_config(str(config), dialect=dialect_for("4.96")), world)
    assert not scope.config.problems, scope.config.problems
    scope.connection.host_address = taint(CLIENT)
    scope.connection.host_port = 0
    scope.connection.helo_name = taint(b"me")
    scope.message.sender = taint(SENDER)
    return scope


def ask_toolkit(config: Path, cases: Sequence[str], world: World) -> list[Outcome]:
    """What this toolkit does."""
    outcomes = []
    for numbers in sessions(cases):
        scope = make_scope(config, world)
        outcomes += [_run_toolkit(scope, number) for number in numbers]
    return outcomes


def _run_toolkit(scope: Scope, number: int) -> Outcome:
    outcome = Outcome()
    scope.address = Address(taint(b"c%d" % number), taint(DOMAIN))
    scope.debug = outcome.trace.append
    logged: list[str] = []
    scope.log = LogBook((), lambda logs, line: logged.append(line))
    verdict = run_acl(scope, "RCPT", scope.config.text("acl_smtp_rcpt"))
    outcome.refused, outcome.message = summary(verdict)
    outcome.log = logged
    outcome.trace = [part for line in outcome.trace for part in line.replace("╎", "|").split("\n")]
    return outcome


def summary(verdict: Verdict) -> tuple[str, str]:
    """The verdict and the message as the log has them."""
    word = {"accept": "", "drop": "deny", "error": "defer"}.get(verdict.verdict, verdict.verdict)
    message = verdict.log_message or b""
    return word, "" if not word else message.partition(b"\n")[0].decode("latin-1")
