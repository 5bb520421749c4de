"""Evaluates expansion strings.

examples:
  exim-lang expand '${lc:SOME Text} ${length_3:abcdef}'
  exim-lang expand --set sender_host_address=192.0.2.1 '${mask:$sender_host_address/24}'
  exim-lang expand --config exim.conf --message mail.eml 'from $h_from: in $qualify_domain'
  echo '${if eq{a}{b}{yes}{no}}' | exim-lang expand -
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exim_lang.errors import EximLangError
    from exim_lang.expand.scope import Scope


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("string", nargs="+", help="what to expand; - reads lines from the standard input")
    parser.add_argument("--config", metavar="FILE", help="a configuration, for its macros, lists, ACLs and options")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="give a variable a value")
    parser.add_argument("--message", metavar="FILE", help="a message, for its headers and body")
    parser.add_argument("--dns", default="", help="offline (default), system, ADDR[:PORT] or zone files")
    parser.add_argument("--allow", default="", metavar="KINDS", help="what may be really done: dns,redis,run,...")
    parser.add_argument("--root", default="", metavar="DIR", help="absolute paths are looked up below DIR")
    parser.add_argument("--fixtures", metavar="FILE", help="answers of the outside world")
    parser.add_argument("--trace", action="store_true", help="show what every part came to, as a tree")
    parser.add_argument("--json", action="store_true", help="one JSON object a string")


def run(options: argparse.Namespace) -> int:
    strings: list[str] = []
    for word in options.string:
        if word == "-":
            strings += [line.rstrip("\n") for line in sys.stdin]
        else:
            strings.append(word)
    plain = not any("$" in string or "\\" in string for string in strings)
    scope = None if plain else make_scope(options)
    status = 0
    for string in strings:
        if options.trace and scope is not None:
            show_trace(string, scope, options.json)
        if not (options.trace and options.json):
            status = max(status, show(string, scope, options.json))
    return status


def make_scope(options: argparse.Namespace) -> Scope:
    from exim_lang.cli.exim.be import read_message
    from exim_lang.cli.exim.flags import Flags
    from exim_lang.cli.exim.scope import exim_scope
    from exim_lang.cli.loading import sound_config
    from exim_lang.model.load import config_from_text

    config = sound_config(options.config, root=options.root) if options.config else config_from_text("", name="none")
    allow = [kind for kind in options.allow.split(",") if kind]
    flags = Flags(dns=options.dns, allow=allow, root=options.root, fixtures=options.fixtures or "")
    scope = exim_scope(flags, config)
    if options.message:
        read_message(scope, os.fsencode(options.message).decode("latin-1"))
    for setting in options.set:
        name, _, value = setting.partition("=")
        scope.variables[name.strip()] = os.fsencode(value)
    return scope


def show(string: str, scope: Scope | None, as_json: bool) -> int:
    """Prints the value of one string, or its error with the place marked; returns the exit status."""
    from exim_lang.errors import ExpansionError

    if scope is None:
        return print_value(string, os.fsencode(string), as_json)
    from exim_lang.expand.engine import expand
    from exim_lang.source.text import Text

    try:
        value = expand(Text.literal(os.fsencode(string).decode("latin-1"), "<string>"), scope)
    except ExpansionError as error:
        return print_error(string, error, as_json)
    return print_value(string, value, as_json)


def show_trace(string: str, scope: Scope, as_json: bool) -> None:
    from exim_lang.expand.trace import expand_traced

    trace = expand_traced(os.fsencode(string).decode("latin-1"), scope)
    if as_json:
        import json

        print(json.dumps(trace.as_dict()))
    else:
        print(string, *trace.lines(), sep="\n")


def print_value(string: str, value: bytes, as_json: bool) -> int:
    if as_json:
        import json

        from exim_lang.taint import is_tainted

        shown = value.decode("utf-8", "surrogateescape")
        print(json.dumps({"string": string, "value": shown, "tainted": is_tainted(value)}))
    else:
        sys.stdout.buffer.write(value + b"\n")
    return 0


def print_error(string: str, error: EximLangError, as_json: bool) -> int:
    if as_json:
        import json

        print(json.dumps({"string": string, "error": error.message, "span": error.span}))
        return 1
    from exim_lang.report.frame import frame_at, wants_colour
    from exim_lang.source.text import Span, Text

    text = error.text or Text.literal(string, "<string>")
    span = error.span or Span(0, len(text))
    print(frame_at(error.message, text, span, colour=wants_colour(sys.stderr)), file=sys.stderr)
    return 1
