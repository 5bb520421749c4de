"""Evaluates expansion strings as they are typed, with highlighting, completion and documentation.

Fed from a pipe it answers each line as `exim-lang exim -be` does.

examples:
  exim-lang repl
  exim-lang repl --config /etc/exim4/exim4.conf --message mail.eml
  exim-lang repl --exim-version 4.94 --set sender_host_address=192.0.2.1
  exim-lang repl --root ./server-copy --config ./server-copy/etc/exim4/exim4.conf --fixtures answers.json
  echo '${lc:ABC}' | exim-lang repl
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from exim_lang.cli.scope_options import config_of, flags_of, macros_of, scope_of, scope_options
from exim_lang.records import dataclass, replace

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import Config
    from exim_lang.world.world import World


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `exim-lang repl`."""
    scope_options(parser)


def run(options: argparse.Namespace) -> int:
    """Talks with the terminal, or answers the lines of the standard input; returns the exit status."""
    config = config_of(options)
    scope = scope_of(options, config)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        from exim_lang.cli.exim.be import answer_lines

        answer_lines(scope)
        sys.stdout.flush()
        return 0
    from exim_lang.repl.history import history_file, open_history
    from exim_lang.repl.prompt import interact
    from exim_lang.repl.workbench import Workbench

    bench = Workbench(FromOptions(options), config, scope, message_path=options.message or "", macros=macros_of(options))
    return interact(bench, open_history(history_file()))


@dataclass(frozen=True, slots=True)
class FromOptions:
    """Opens what commands ask for, as the options say."""

    options: argparse.Namespace

    def config(self, path: str) -> Config:
        from exim_lang.model.dialect import dialect_for
        from exim_lang.model.load import load_config

        options = self.options
        return load_config(path, macros=macros_of(options), dialect=dialect_for(options.exim_version), root=options.root)

    def world(self, allow: Sequence[str]) -> World:
        from exim_lang.cli.exim.scope import world_of

        flags = flags_of(self.options)
        return world_of(replace(flags, allow=[*flags.allow, *allow]))

    def scope(self, config: Config, world: World) -> Scope:
        from exim_lang.cli.exim.scope import exim_scope

        scope = exim_scope(flags_of(self.options), config)
        scope.world = world
        return scope

    def read_message(self, scope: Scope, path: str) -> None:
        from exim_lang.cli.exim.be import read_message

        read_message(scope, os.fsencode(path).decode("latin-1"))
