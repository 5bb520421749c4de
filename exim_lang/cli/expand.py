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

from exim_lang.cli.scope_options import config_of, scope_of, scope_options

if TYPE_CHECKING:
    from exim_lang.errors import EximLangError
    from exim_lang.expand.scope import Scope


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("string", nargs="+", help="what to expand; - reads lines from the standard input")
    scope_options(parser)
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
    scope = None if plain else scope_of(options, config_of(options))
    status = 0
    for string in strings:
        if options.trace and scope is not None:
            show_trace(string, scope, options.json)
        if not (options.trace and options.json):
            status = max(status, show(string, scope, options.json))
    return status


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
