"""How Exim says that it does not start with a configuration."""

from __future__ import annotations

import sys
import time

from exim_lang.errors import Problem
from exim_lang.model.config import Config


def refusal(problem: Problem) -> str:
    """The message about a configuration error, of two lines or more."""
    if problem.about:
        where = f" for {problem.about}"
    elif problem.exim_line:
        where = f" in line {problem.exim_line} of {problem.exim_file}"
    else:
        where = ""
    message = problem.message.replace("\n", "\n  ")
    return f"Exim configuration error{where}:\n  {message}"


def refuse(config: Config) -> int:
    """Tells on standard error why Exim would not start with `config`; returns its exit status, 0 when it would."""
    problem = config.fatal
    if problem is None:
        return 0
    print(f"LOG: PANIC DIE\n  {refusal(problem)}", file=sys.stderr)
    return 1


def log_stamp(now: float) -> str:
    """The time at the beginning of a log line, in the local time zone; `now` is seconds since 1970."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(now))
