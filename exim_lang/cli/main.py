"""The program `exim-lang`: finds the command, imports it, runs it.

Start-up time is a feature: nothing is imported here that the command asked for does not need.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exim_lang.errors import EximLangError

COMMANDS = {
    "expand": "evaluate expansion strings",
    "repl": "the same, interactively, with highlighting, completion and documentation",
    "session": "run a mail, or a script of SMTP lines, through a configuration's ACLs",
    "serve": "listen for mail clients (swaks, a mail program) on loopback",
    "test": "run scenario files: what must happen to a mail, and how much of the configuration that shows",
    "replay": "run a corpus of messages through ACLs and routers, and tell what changed since another configuration",
    "lint": "find what is wrong, dangerous or out of date in a configuration",
    "route": "show where addresses would go, router by router",
    "config": "show the effective options, macros, lists and drivers, and where each came from",
    "exim": "take Exim's own flags: -C -D -be -bh -bt -bv -bP -bV",
}

USAGE = """\
usage: exim-lang COMMAND ...

Read, check and run configurations of the Exim mail server, offline.

{commands}

exim-lang COMMAND --help tells more, with examples.

exit status: 0 fine, 1 findings or rejected mail, 2 usage or unreadable input
"""


def program() -> int:
    """`main` as a process of its own, which is short and makes little garbage: the collector hardly ever has to look.

    What is there in the end goes with the process, which takes the collector longer than the system.
    """
    gc.set_threshold(100_000)
    try:
        return main()
    finally:
        gc.freeze()


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line (without the program's name); returns the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    command = words[0] if words else "--help"
    if command in ("--version", "-V"):
        from exim_lang import __version__

        print(f"exim-lang {__version__}")
        return 0
    if command in ("--help", "-h", "help"):
        print(usage(), end="")
        return 0 if words else 2
    if command not in COMMANDS:
        print(f"exim-lang: unknown command {command!r}\n\n{usage()}", end="", file=sys.stderr)
        return 2
    try:
        return run(command, words[1:])
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        return 130


def usage() -> str:
    rows = "\n".join(f"  {name:<9}{what}" for name, what in COMMANDS.items())
    return USAGE.format(commands=rows)


def run(command: str, words: list[str]) -> int:
    from exim_lang.errors import EximLangError

    try:
        if command == "exim":
            from exim_lang.cli.exim.run import run_exim

            return run_exim(words)
        return run_command(command, words)
    except EximLangError as error:
        return complain(error)


def complain(error: EximLangError) -> int:
    """Tells what went wrong, where, and what would answer it; returns the exit status."""
    from exim_lang.errors import ClosedWorld
    from exim_lang.report.frame import frame_at, visible, wants_colour
    from exim_lang.source.text import Span

    if error.text is None:
        print(f"exim-lang: {visible(error.message)}", file=sys.stderr)
    else:
        span = error.span or Span(0, len(error.text))
        print(frame_at(error.message, error.text, span, colour=wants_colour(sys.stderr)), file=sys.stderr)
    if isinstance(error, ClosedWorld) and error.stub:
        print(f"  for a fixture file (--fixtures FILE): {error.stub}", file=sys.stderr)
    return 2


def run_command(command: str, words: list[str]) -> int:
    import argparse
    import importlib

    module = importlib.import_module(f"exim_lang.cli.{command}")
    parser = argparse.ArgumentParser(
        prog=f"exim-lang {command}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.arguments(parser)
    status: int = module.run(parser.parse_intermixed_args(words))
    return status
