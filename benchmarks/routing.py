"""Addresses routed per second, against `exim4 -bt` fed the same addresses; both in one run, the answers compared.

    python benchmarks/routing.py [--addresses N] [--rounds N]

Exim gets all addresses of a round on the command line of one process; so does this program. Both sides run in turns, the
median of the wall clock counts. The third line is a process that is running already: what a replay or a server does.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from exim_lang.model.load import load_config
from exim_lang.route.scope import routed_scope
from exim_lang.route.verify import follow
from exim_lang.taint import taint
from exim_lang.world.opening import open_world

CONFIG = """\
primary_hostname = mx.here.example
qualify_domain = here.example
keep_environment =
domainlist ours = here.example : *.here.example
begin routers
smart:
  driver = manualroute
  domains = !+ours
  route_list = *.partner.example 198.51.100.7 ; * 198.51.100.8
  transport = smtp
aliases:
  driver = redirect
  data = ${lookup{$local_part}lsearch{ALIASES}}
lists:
  driver = redirect
  local_part_suffix = -request : -owner
  condition = ${if match{$local_part}{^list}{yes}{no}}
  data = postmaster@$domain
mailboxes:
  driver = accept
  local_parts = lsearch;ALIASES : postmaster : kim : user*
  local_part_suffix = +*
  local_part_suffix_optional
  transport = mailbox
begin transports
smtp:
  driver = smtp
mailbox:
  driver = appendfile
  file = /var/mail/$local_part_data
  user = mail
"""
FLAGS = ("--exim-version", "4.96")


def addresses(count: int) -> list[str]:
    """Addresses of every kind that the configuration knows."""
    kinds = ("user{}@here.example", "alias{}@here.example", "nobody{}@here.example", "kim+tag{}@sub.here.example",
             "list{}-request@here.example", "x{}@mail.partner.example", "y{}@elsewhere.example")  # fmt: skip
    return [kinds[number % len(kinds)].format(number % 100) for number in range(count)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--addresses", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    exim = shutil.which("exim4")
    assert exim, "the installed exim4 is what is compared with"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        aliases = folder / "aliases"
        aliases.write_text("".join(f"alias{number}: user{number}, kim\n" for number in range(200)))
        config = folder / "exim.conf"
        config.write_text(CONFIG.replace("ALIASES", str(aliases)))
        wanted = addresses(options.addresses)
        commands = {
            "exim4 -bt": [exim, "-C", str(config), "-bt", *wanted],
            "exim-lang exim -bt": [sys.executable, "-m", "exim_lang", "exim", *FLAGS, "-C", str(config), "-bt", *wanted],
        }
        taken: dict[str, list[float]] = {kind: [] for kind in (*commands, "in one process")}
        answers = {}
        for _ in range(options.rounds):
            for kind, command in commands.items():
                start = time.perf_counter()
                answers[kind] = subprocess.run(command, capture_output=True, check=False).stdout
                taken[kind].append(time.perf_counter() - start)
            taken["in one process"].append(in_one_process(str(config), wanted))
        first, second = answers.values()
        verdict = "are the same" if first == second else "DIFFER"
        print(f"{len(wanted)} addresses, {options.rounds} rounds; the answers {verdict}")
        base = statistics.median(taken["exim4 -bt"])
        for kind, times in taken.items():
            median = statistics.median(times)
            print(f"{kind:20} {len(wanted) / median:9.0f} addresses/s   {base / median:5.2f} times exim4")
    return 0 if first == second else 1


def in_one_process(path: str, wanted: list[str]) -> float:
    """Seconds that routing takes in a process that has read the configuration."""
    scope = routed_scope(load_config(path), open_world())
    start = time.perf_counter()
    for address in wanted:
        follow(scope, taint(address.encode()), "deliver", full=True, testing=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
