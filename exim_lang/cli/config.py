"""Show what a configuration says: options, macros, named lists, ACLs and drivers, and where each came from.

examples:
  exim-lang config /etc/exim4/exim4.conf
  exim-lang config exim.conf --exim-version 4.96 --only transports
  exim-lang config exim.conf --all             also the options that are not set, with their defaults
  exim-lang config exim.conf --json | jq '.main.qualify_domain'
  exim-lang config exim.conf -D LOCAL_DOMAINS=example.org --root /backup/mailserver

exit status: 0 Exim would start with it, 2 it would not, or the file cannot be read
"""

from __future__ import annotations

import argparse
import os
import sys

from exim_lang.cli.config_data import SECTIONS, describe
from exim_lang.cli.config_text import render
from exim_lang.cli.loading import include_loop
from exim_lang.errors import UsageError
from exim_lang.model.config import Config
from exim_lang.model.dialect import Build, complete_dialect, dialect_for
from exim_lang.model.load import load_config
from exim_lang.report.frame import frame, wants_colour


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command line."""
    parser.add_argument("config", metavar="CONFIG", help="the configuration file")
    parser.add_argument(
        "-D", dest="macros", metavar="NAME=VALUE", action="append", default=[], help="define a macro, as Exim's -D does"
    )
    parser.add_argument("--json", action="store_true", help="everything as one JSON object")
    parser.add_argument("--all", action="store_true", help="also options that are not set, with their defaults")
    parser.add_argument(
        "--only", metavar="SECTION", action="append", choices=SECTIONS, default=[], help=f"one of {', '.join(SECTIONS)}"
    )
    parser.add_argument("--show-hidden", action="store_true", help='also the values behind "hide"')
    parser.add_argument("--exim-version", metavar="VERSION", default="", help="the version of Exim (default: the newest)")
    parser.add_argument("--build", metavar="FILE", default="", help='the output of "exim -bV": how that Exim was built')
    parser.add_argument("--root", metavar="DIR", default="", help="where absolute names in .include are looked up")


def run(options: argparse.Namespace) -> int:
    """Prints the configuration on standard output and its problems on standard error; returns the exit status."""
    config = load(options)
    data = describe(config, everything=options.all, show_hidden=options.show_hidden)
    if options.only:
        data = {name: part for name, part in data.items() if name in options.only or name not in SECTIONS}
    if options.json:
        import json

        print(json.dumps(data, indent=1, ensure_ascii=False))
    else:
        print(render(data, colour=wants_colour(sys.stdout)), end="")
    colour = wants_colour(sys.stderr)
    for problem in config.problems:
        print(frame(problem, colour=colour, label="" if problem.fatal else "warning"), file=sys.stderr)
        if hint := include_loop(config, problem):
            print(f" {hint}", file=sys.stderr)
    return 2 if config.fatal is not None else 0


def load(options: argparse.Namespace, *, complete: bool = False) -> Config:
    """The configuration that the command line names; raises UsageError when it cannot be read.

    With `complete`, an Exim of which no build is known has everything built in.
    """
    macros = {}
    for word in options.macros:
        name, _, value = word.partition("=")
        macros[name.strip()] = os.fsencode(value).decode("latin-1").strip()
    build = None
    if options.build:
        try:
            with open(options.build, encoding="latin-1") as file:
                build = Build.parse(file.read(), options.build)
        except OSError as error:
            raise UsageError(f"{options.build}: {error.strerror}") from error
    version = options.exim_version or os.environ.get("EXIM_LANG_VERSION", "")
    dialect = complete_dialect(version) if complete and build is None else dialect_for(version, build)
    return load_config(options.config, macros=macros, dialect=dialect, root=options.root)
