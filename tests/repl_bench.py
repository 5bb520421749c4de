"""A workbench for the tests of the expansion prompt."""

from __future__ import annotations

import argparse
from pathlib import Path

from exim_lang.cli.repl import FromOptions, arguments
from exim_lang.cli.scope_options import config_of, scope_of
from exim_lang.repl.prompt import respond
from exim_lang.repl.show import Painter
from exim_lang.repl.workbench import Workbench

CASES = Path(__file__).parent / "cases" / "repl"
CONFIG = str(CASES / "exim.conf")
MAIL = str(CASES / "mail.eml")


def workbench(*words: str) -> Workbench:
    parser = argparse.ArgumentParser()
    arguments(parser)
    options = parser.parse_args(words)
    config = config_of(options)
    return Workbench(FromOptions(options), config, scope_of(options, config), message_path=options.message or "")


def shown(bench: Workbench, *lines: str) -> list[str]:
    """What the last of the lines shows."""
    for line in lines[:-1]:
        respond(bench, line, Painter(False))
    return respond(bench, lines[-1], Painter(False))
