"""Addresses in remote domains as Exim's default configuration routes them, with the DNS of tests/cases/route_remote.

What Exim says is recorded there, because it takes a machine whose resolver answers from the zone:

    python -m tests.remote_routes COMMAND...

runs `COMMAND... exim4 -C CONFIGURATION -bt ADDRESSES...` and writes `answers.txt`. COMMAND has to see to the DNS (a name
server of the zone in a mount namespace with its own /etc/resolv.conf, say).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

FOLDER = Path(__file__).parent / "cases" / "route_remote"
ANSWERS = FOLDER / "answers.txt"
DEFAULT = "/usr/share/doc/exim4-base/examples/example.conf"
MACROS = ("-DSYSTEM_ALIASES_FILE=/etc/aliases",)
COUNT = 200
DOMAINS = (
    *("hop", "hop2", "long", "one", "three", "bare", "six", "both", "gone", "half", "none", "loop", "zero", "some", "text"),
    *("alias", "far", "dead", "mxalias", "many", "wild-card", "nosuch", "mx.one", "no.such.one", "one.nosuch"),
)
LOCAL_PARTS = ("bob", "very.long.local.part", "a+b", "x-request", '"a b"', "o'neil", "POSTMASTER", "a%b", "a/b", "..", ".a")


def addresses() -> list[str]:
    """Made-up addresses in the domains of the zone."""
    random = Random(3)
    made = []
    for _ in range(COUNT):
        local_part, domain = random.choice(LOCAL_PARTS[:7] * 3 + LOCAL_PARTS), random.choice(DOMAINS) + ".example"
        domain = random.choice((domain, domain, domain, domain.upper(), domain + "."))
        made.append(f"{local_part}@{domain}" if random.random() < 0.8 else f"Name <{local_part}@{domain}>")
    return made


def main() -> int:
    """Records what Exim says."""
    arguments = ["exim4", "-C", DEFAULT, *MACROS, "-bt", *addresses()]
    ran = subprocess.run([*sys.argv[1:], *arguments], capture_output=True, check=False)
    ANSWERS.write_bytes(ran.stdout)
    print(f"status {ran.returncode}, {len(ran.stdout)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
