"""A message on the standard input, as mail programs hand it to Exim: `exim [-t] [-i] ADDRESS...` (specification chapter 5).

Nothing is delivered or written: the log lines go to the standard error, behind `LOG: `, and so does what Exim tells its caller.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from exim_lang.cli.exim.bh import logger
from exim_lang.cli.exim.scope import exim_scope
from exim_lang.smtp.local import Submission, submit
from exim_lang.smtp.session import Session

if TYPE_CHECKING:
    from exim_lang.cli.exim.flags import Flags
    from exim_lang.model.config import Config


def run(flags: Flags, config: Config) -> int:
    """Takes or refuses the message; returns Exim's exit status."""
    scope = exim_scope(flags, config)
    scope.process.pid = os.getpid()
    session = Session(scope, on_log=logger(scope))
    recipients = [argument.encode("latin-1") for argument in flags.arguments]
    submission = Submission(recipients, flags.extract, flags.dots, flags.sender is not None)
    ending = submit(session, submission, sys.stdin.buffer.read())
    if ending.told:
        sys.stderr.buffer.write(f"exim: {ending.told}\n".encode("latin-1", "replace"))
    return ending.status
