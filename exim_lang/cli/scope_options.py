"""Options that commands share: which configuration, which Exim, which world, which message."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exim_lang.cli.exim.flags import Flags
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import Config
    from exim_lang.world.world import World


def scope_options(parser: argparse.ArgumentParser) -> None:
    """Everything that a scope is made from."""
    parser.add_argument("--config", metavar="FILE", help="a configuration, for its macros, lists, ACLs and options")
    language_options(parser)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="give a variable a value")
    parser.add_argument("--message", metavar="FILE", help="a message, for its headers and body")
    world_options(parser.add_argument_group("the world"))


def language_options(parser: argparse._ActionsContainer) -> None:
    """What changes how a configuration is read."""
    parser.add_argument("-D", dest="macros", action="append", default=[], metavar="NAME=VALUE", help="define a macro")
    parser.add_argument("--exim-version", default="", metavar="VERSION", help="the dialect (default 4.99)")


def world_options(parser: argparse._ActionsContainer) -> None:
    """What may be seen of the outside."""
    parser.add_argument("--dns", default="", help="offline (default), system, ADDR[:PORT] or zone files")
    parser.add_argument("--allow", default="", metavar="KINDS", help="what may be really done: dns,redis,run,...")
    parser.add_argument("--root", default="", metavar="DIR", help="absolute paths are looked up below DIR")
    parser.add_argument("--fixtures", default="", metavar="FILE", help="answers of the outside world")
    parser.add_argument("--record", default="", metavar="FILE", help="write what was really answered, as fixtures")
    parser.add_argument("--strict-quoting", action="store_true", help="refuse tainted queries that lack ${quote_TYPE:}")


def world_from(options: argparse.Namespace) -> World:
    """The world that the options open; DNS also by the environment variable EXIM_LANG_DNS."""
    from exim_lang.world.opening import open_world

    return open_world(
        dns=options.dns or os.environ.get("EXIM_LANG_DNS", "") or "offline",
        allow=[kind for kind in options.allow.split(",") if kind],
        root=options.root,
        fixtures=options.fixtures or None,
        record=options.record,
        strict_quoting=options.strict_quoting,
    )


def macros_of(options: argparse.Namespace) -> dict[str, str]:
    """The macros of -D, in latin-1."""
    macros = {}
    for setting in options.macros:
        name, _, value = os.fsencode(setting).decode("latin-1").partition("=")
        macros[name.strip()] = value.strip()
    return macros


def flags_of(options: argparse.Namespace) -> Flags:
    """The same options as Exim's command line has them."""
    from exim_lang.cli.exim.flags import Flags

    return Flags(
        config_path=options.config or "",
        macros=macros_of(options),
        version=options.exim_version,
        dns=options.dns,
        allow=[kind for kind in options.allow.split(",") if kind],
        root=options.root,
        fixtures=options.fixtures,
        record=options.record,
        strict_quoting=options.strict_quoting,
    )


def config_of(options: argparse.Namespace) -> Config:
    """The configuration, an empty one without --config; raises UsageError for one that Exim would refuse."""
    if options.config:
        from exim_lang.cli.loading import sound_config

        return sound_config(options.config, macros=options.macros, version=options.exim_version, root=options.root)
    from exim_lang.model.dialect import dialect_for
    from exim_lang.model.load import config_from_text

    return config_from_text("", "none", macros=macros_of(options), dialect=dialect_for(options.exim_version), root=options.root)


def scope_of(options: argparse.Namespace, config: Config) -> Scope:
    """What strings are expanded in."""
    from exim_lang.cli.exim.be import read_message
    from exim_lang.cli.exim.scope import exim_scope

    scope = exim_scope(flags_of(options), config)
    if options.message:
        read_message(scope, os.fsencode(options.message).decode("latin-1"))
    for setting in options.set:
        name, _, value = setting.partition("=")
        scope.variables[name.strip()] = os.fsencode(value)
    return scope
