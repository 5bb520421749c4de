"""Messages replayed per second: few and many, on one core and on all, by a local Dask cluster; and the memory that takes.

    python benchmarks/replay.py [--small N] [--large N] [--dask N]

Each run is a process of its own, `exim-lang replay`, on a mailbox of generated messages; its start is counted in. The
memory is what the process and its workers had at their most, each asked for its peak while they run (Pss is not known
for a peak: pages that they share are counted in each). On a busy machine the seconds of CPU say more than
those of the clock. All runs must come to the same counts.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CONFIG = """\
primary_hostname = mail.home.example
keep_environment =
host_lookup =
domainlist local_domains = home.example : *.home.example
hostlist relay_from_hosts = 127.0.0.1 : 10.0.0.0/8
acl_smtp_helo = check_helo
acl_smtp_mail = check_mail
acl_smtp_rcpt = check_rcpt
acl_smtp_data = check_data
begin acl
check_helo:
  deny condition = ${if eqi{$sender_helo_name}{localhost}}
  accept
check_mail:
  deny senders = spammer@* : ^bad[0-9]+@.*\\\\.example\\$
  accept set acl_m_sender = ${lc:$sender_address}
check_rcpt:
  deny local_parts = ^[.] : ^.*[@%!/|]
  accept hosts = +relay_from_hosts
  require domains = +local_domains
          message = relay not permitted
  deny condition = ${if match{$acl_m_sender}{\\N^(.+)@(.+)$\\N}{${if eq{$2}{refused.example}}}{no}}
  accept
check_data:
  deny condition = ${if >{$message_size}{100000}}
  deny condition = ${if !def:h_Subject:}
  accept add_header = X-Checked: $acl_m_sender
begin routers
mailboxes:
  driver = accept
  local_parts = user : postmaster
  local_part_suffix = +*
  local_part_suffix_optional
  transport = mailbox
begin transports
mailbox:
  driver = appendfile
  file = /var/mail/$local_part_data
  user = mail
"""
RECIPIENTS = ("user@home.example", "user+tag@mx.home.example", "x@elsewhere.example", "nobody@home.example")


def write_corpus(path: Path, count: int) -> None:
    """A mailbox of messages of about two kilobytes."""
    body = "".join(f"line {number} of the text of a message that says nothing at all\n" for number in range(24))
    with path.open("w") as file:
        for number in range(count):
            file.write(
                f"From joe@a.example Mon Jan  1 00:00:00 2024\nReturn-Path: <joe{number}@a{number % 97}.example>\n"
                f"Delivered-To: {RECIPIENTS[number % len(RECIPIENTS)]}\n"
                f"Received: from mx.a.example (mx.a.example [198.51.100.{number % 250}])\n\tby mail.home.example; Mon\n"
                f"From: joe@a.example\nTo: user@home.example\nSubject: message {number}\n"
                f"Message-ID: <{number}@a.example>\nDate: Mon, 01 Jan 2024 00:00:00 +0000\n\n{body}\n"
            )


def family(pid: int) -> list[int]:
    """A process and those below it."""
    found = [pid]
    for one in found:
        try:
            threads = os.listdir(f"/proc/{one}/task")
            for thread in threads:
                found += [int(child) for child in Path(f"/proc/{one}/task/{thread}/children").read_text().split()]
        except OSError:
            continue  # it has ended
    return found


def peak(pid: int) -> int:
    """The most memory that a process has used, in kilobytes; 0 for one that has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


def cpu() -> float:
    """Seconds of CPU that all processes took which have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(command: list[str], environment: dict[str, str]) -> tuple[float, float, dict[int, int], dict[str, object]]:
    """Seconds of the clock and of CPUs, the peak of each process in kilobytes (that of the first first), and the summary."""
    start, used = time.perf_counter(), cpu()
    peaks: dict[int, int] = {}
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, env=environment)
        while process.poll() is None:
            for pid in family(process.pid):
                peaks[pid] = max(peaks.get(pid, 0), peak(pid))
            time.sleep(0.05)
        seconds = time.perf_counter() - start
        out.seek(0)
        return seconds, cpu() - used, peaks, json.loads(out.read())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=1000)
    parser.add_argument("--large", type=int, default=100_000)
    parser.add_argument("--dask", type=int, default=10_000, help="messages through the Dask cluster")
    options = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    print(f"{cores} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        config = folder / "exim.conf"
        config.write_text(CONFIG)
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
        base = [sys.executable, "-m", "exim_lang", "replay", str(config)]
        runs = [(count, jobs, ()) for count in (options.small, options.large) for jobs in (1, cores)]
        dask = [(options.dask, cores, engine) for engine in ((), ("--engine", "dask"))]
        known: dict[int, object] = {}
        for count, jobs, engine in [*runs, *dask]:
            corpus = folder / f"{count}.mbox"
            if not corpus.exists():
                write_corpus(corpus, count)
            command = [*base, str(corpus), "--json", "-j", str(jobs), "--at", "1700000000", *engine]
            subprocess.run([*base, "/dev/null", "-j", str(jobs), *engine], check=True, capture_output=True, env=environment)
            seconds, used, peaks, summary = measure(command, environment)
            if known.setdefault(count, summary) != summary:
                raise SystemExit("the counts differ: there is nothing to compare")
            first, *others = peaks.values()
            memory = f"{first // 1024} MB" + (f" and {max(others) // 1024} MB a worker at most" if others else "")
            kind = "Dask" if engine else "local"
            speed = f"{seconds:6.1f} s ({used:.1f} s of CPU), {count / seconds:5.0f}/s"
            print(f"{count:7} messages, {jobs} {kind}: {speed}; memory {memory}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
