"""`-bV`: what this Exim is and whether it takes the configuration (specification chapter 5.2)."""

from __future__ import annotations

import sys

from exim_lang.cli.exim.flags import Flags
from exim_lang.cli.exim.refusal import log_stamp, refusal
from exim_lang.model.config import Config


def run(flags: Flags, config: Config) -> int:
    """Prints version and build, then the configuration's name, or on standard error why it is refused."""
    for line in config.dialect.build.lines:
        print(line)
    problem = config.fatal
    if problem is not None:
        from exim_lang.world.opening import open_world

        sys.stdout.flush()
        print(f"{log_stamp(open_world().now())} {refusal(problem)}", file=sys.stderr)
        return 1
    print(f"Configuration file is {config.path}")
    return 0
