"""Lint of a whole configuration as a ratio to `python -c pass`, and of one with 10,000 lines in seconds, in one run.

    python benchmarks/lint.py [--rounds N] [CONFIG]

CONFIG is Debian's generated configuration unless given. Each command is run N times, the sides taking turns; the median counts.
The long configuration is made of it: its ACLs and routers again and again, under other names.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from pathlib import Path

from startup import DEBIAN, medians

LINES = 10_000
REPEATED = ("begin acl", "begin routers")
NEVER_FAILS = ("--fail-level", "critical")


def long_configuration(text: str) -> str:
    """The configuration with the ACL and router sections repeated until it has 10,000 lines that count for something."""
    sections = re.split(r"(?m)^(?=begin )", text)
    repeated = sum(part.count("\n") for part in sections if part.startswith(REPEATED))
    copies = max(1, LINES // max(1, repeated))
    long = []
    for part in sections:
        long.append(part)
        if part.startswith(REPEATED):
            body = part.partition("\n")[2]
            long += [re.sub(r"(?m)^(?:acl_)?(\w+):[ \t]*$", rf"copy{number}_\1:", body) for number in range(copies)]
    return "".join(long)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", nargs="?", default=DEBIAN)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    tool = str(Path(sys.executable).with_name("exim-lang"))
    with tempfile.TemporaryDirectory() as folder:
        long = Path(folder) / "long.conf"
        long.write_text(long_configuration(Path(options.config).read_text("latin-1")), "latin-1")
        lines = long.read_text("latin-1").count("\n")
        lint = [tool, "lint", *NEVER_FAILS]
        base, short, whole = medians(
            [[sys.executable, "-c", "pass"], [*lint, options.config], [*lint, str(long)]], options.rounds
        )
    print(f"{'python -c pass':<62}{base * 1000:8.1f} ms")
    print(f"{f'exim-lang lint {options.config}':<62}{short * 1000:8.1f} ms   {short / base:5.1f} x   must 40, aim 15")
    print(f"{f'exim-lang lint, {lines} lines':<62}{whole * 1000:8.1f} ms   must 3000")
    return 0


if __name__ == "__main__":
    sys.exit(main())
