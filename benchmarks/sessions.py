"""A configuration's ACLs over many messages, against `exim4 -bh`: N transactions of one session, and N sessions of one.

    python benchmarks/sessions.py [--transactions N] [--sessions N] [--memory N]

`exim4 -bh` is one process for all transactions, and one process for each session; here one process does both: whole
process, `exim-lang exim -bh`, for the first, and `Session` objects for the second, the start of Python included. The second
is measured once more with a process for each core, among which the sessions are divided. Time is that of the clock, and,
where it says CPU, what the processors worked, which does not change with what else the machine does.
Last, the memory that a process has used at its most (in MB) after so many sessions and after ten times as many.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from subprocess import PIPE
from typing import NamedTuple

CONFIG = """\
primary_hostname = mail.home.example
domainlist local_domains = home.example : *.home.example
hostlist relay_from_hosts = 127.0.0.1 : 10.0.0.0/8
acl_smtp_helo = check_helo
acl_smtp_mail = check_mail
acl_smtp_rcpt = check_rcpt
acl_smtp_data = check_data
host_lookup =
rfc1413_query_timeout = 0s
smtp_accept_max_per_connection = 0
begin acl
check_helo:
  deny condition = ${if eqi{$sender_helo_name}{localhost}}
       message = you are not me
  accept
check_mail:
  deny senders = spammer@* : ^bad[0-9]+@.*\\\\.example\\$
  accept set acl_m_sender = ${lc:$sender_address}
check_rcpt:
  deny local_parts = ^[.] : ^.*[@%!/|]
       message = restricted characters in address
  accept hosts = +relay_from_hosts
  require domains = +local_domains
          message = relay not permitted
  deny condition = ${if match{$acl_m_sender}{\\N^(.+)@(.+)$\\N}{${if eq{$2}{refused.example}}}{no}}
       message = $2 is refused
  warn set acl_m_count = ${eval:${if def:acl_m_count{$acl_m_count}{0}}+1}
  accept
check_data:
  deny condition = ${if >{$message_size}{100000}}
  deny condition = ${if !def:h_Subject:}
       message = no subject
  accept
"""

TRANSACTION = b"""\
MAIL FROM:<Joe.Doe@Sender.example>
RCPT TO:<user@home.example>
RCPT TO:<other@mx.home.example>
RCPT TO:<user@elsewhere.example>
DATA
From: joe@sender.example
To: user@home.example
Subject: a message

Some text.
.
"""

SERVE = """\
import resource, sys
from exim_lang.expand.state import Connection
from exim_lang.model.load import load_config
from exim_lang.route.scope import routed_scope
from exim_lang.smtp.session import Session
from exim_lang.world.opening import open_world
config = load_config(sys.argv[1])
world = open_world()
lines = open(sys.argv[2], "rb").read().replace(b"\\n", b"\\r\\n")
for _ in range(int(sys.argv[3])):
    scope = routed_scope(config, world)
    scope.connection.host_address = b"192.0.2.7"
    session = Session(scope, testing=True)
    answer = session.greet() + session.receive(lines)
print("MB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, flush=True)
sys.stdout.buffer.write(answer)
"""


class Taken(NamedTuple):
    """Seconds by the clock, seconds that the processors worked, and what was answered."""

    clock: float
    cpu: float
    answer: bytes


def run(command: Sequence[str], lines: Path, environment: dict[str, str], times: int = 1, at_once: int = 1) -> Taken:
    """Runs a command so many times one after the other, each time in so many processes at once; the last answer."""
    before, start = os.times(), time.perf_counter()
    for _ in range(times):
        started = []
        for _ in range(at_once):
            with lines.open("rb") as file:
                started.append(subprocess.Popen(command, stdin=file, stdout=PIPE, stderr=PIPE, env=environment))
        answers = [process.communicate()[0] for process in started]
        if any(process.returncode for process in started):
            raise SystemExit(f"{command[0]} failed")
    clock, after = time.perf_counter() - start, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Taken(clock, cpu, answers[-1])


def check(answer: bytes, expected: bytes) -> None:
    """Nothing is compared that did not answer the same."""
    if codes(answer) != codes(expected):
        raise SystemExit("the replies differ: there is nothing to compare")


def told(what: str, ours: Taken, exims: Taken) -> None:
    """Prints a comparison."""
    clock = f"{ours.clock:.2f} s, exim4 -bh {exims.clock:.2f} s: {exims.clock / ours.clock:.1f} x"
    print(f"{what}: {clock} (CPU {ours.cpu:.2f} s, {exims.cpu:.2f} s: {exims.cpu / ours.cpu:.1f} x)", flush=True)


def codes(answer: bytes) -> list[bytes]:
    return [line[:3] for line in answer.replace(b"\r", b"").split(b"\n") if line[:3].isdigit() and line[3:4] == b" "]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--transactions", type=int, default=1000)
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--memory", type=int, default=500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        folder.chmod(0o755)
        config = folder / "exim.conf"
        config.write_text(CONFIG)
        switches = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")
        environment = {name: value for name, value in os.environ.items() if name not in switches}
        environment["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
        tool = str(Path(sys.executable).with_name("exim-lang"))
        flags = ["-C", str(config), "-bh", "192.0.2.7"]
        exim = [shutil.which("exim4") or "/usr/sbin/exim4", *flags]
        one, many = folder / "one", folder / "many"
        one.write_bytes(b"EHLO client.example\n" + TRANSACTION + b"QUIT\n")
        many.write_bytes(b"EHLO client.example\n" + TRANSACTION * options.transactions + b"QUIT\n")
        serve = [sys.executable, "-c", SERVE, str(config), str(one)]
        run([tool, "exim", *flags], one, environment)
        ours = run([tool, "exim", *flags], many, environment)
        exims = run(exim, many, environment)
        check(ours.answer, exims.answer)
        told(f"{options.transactions} transactions of a session", ours, exims)
        ours = run([*serve, str(options.sessions)], one, environment)
        exims = run(exim, one, environment, times=options.sessions)
        check(ours.answer, exims.answer)
        told(f"{options.sessions} sessions", ours, exims)
        cores = os.cpu_count() or 1
        ours = run([*serve, str(options.sessions // cores)], one, environment, at_once=cores)
        check(ours.answer, exims.answer)
        told(f"the same, {cores} processes of {options.sessions // cores}", ours, exims)
        for count in (options.memory, options.memory * 10):
            ours = run([*serve, str(count)], one, environment)
            megabytes = ours.answer.split()[1].decode()
            print(f"memory after {count} sessions: {megabytes} MB ({count / ours.cpu:.0f} sessions/s of CPU)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
