"""Runs one SMTP conversation through a configuration's ACLs, offline.

What the client says comes from the options and the message, or from lines on the standard input. Client lines are marked
with C, those of the server with S, and what decided a phase with =.

examples:
  exim-lang session exim.conf --host 192.0.2.1 --from a@b.example --rcpt joe@here.example mail.eml
  exim-lang session exim.conf --host 192.0.2.1 --helo mx.b.example --tls --auth joe --rcpt x@y.example --trace mail.eml
  printf 'EHLO me\\nMAIL FROM:<a@b.example>\\nQUIT\\n' | exim-lang session exim.conf --host 2001:db8::1 -
  exim-lang session exim.conf --rcpt joe@here.example --json mail.eml | jq .decisions

exit status: 0 accepted, 1 anything refused, 2 usage or unreadable input
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from exim_lang.cli.loading import sound_config
from exim_lang.cli.scope_options import language_options, world_options
from exim_lang.errors import EximLangError, UsageError

if TYPE_CHECKING:
    from exim_lang.cli.dialogue import Dialogue


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `exim-lang session`."""
    parser.add_argument("config", metavar="CONFIG", help="the configuration file")
    parser.add_argument("message", metavar="MESSAGE", nargs="?", default="-", help="a mail; -: SMTP lines on stdin (default)")
    client = parser.add_argument_group("the client")
    client.add_argument("--host", default="127.0.0.1", metavar="IP[.PORT]", help="its address (default 127.0.0.1)")
    client.add_argument("--host-name", metavar="NAME", help="its name, instead of a DNS lookup")
    client.add_argument("--helo", default="client.example", metavar="NAME", help="what it says in EHLO")
    client.add_argument("--interface", default="", metavar="IP[.PORT]", help="where it connected to")
    client.add_argument("--from", dest="sender", default="", metavar="ADDRESS", help="the envelope sender (default: <>)")
    client.add_argument("--rcpt", action="append", default=[], metavar="ADDRESS", help="a recipient; may be repeated")
    client.add_argument("--auth", metavar="USER", help="the client has proved to be USER")
    client.add_argument("--tls", action="store_true", help="the client encrypts with STARTTLS")
    client.add_argument(
        "--proxy", metavar="LINE", help="--host is a proxy and sends this header: 'TCP4 192.0.2.1 198.51.100.2 64000 25'"
    )
    language_options(parser)
    world_options(parser.add_argument_group("the world"))
    parser.add_argument("--trace", action="store_true", help="show every statement that was tried, in Exim's words")
    parser.add_argument("--json", action="store_true", help="one JSON object with the dialogue and the decisions")


def run(options: argparse.Namespace) -> int:
    """Holds the conversation and shows it; returns the exit status."""
    from exim_lang.cli.dialogue import Dialogue

    message = None
    if options.message == "-":
        if options.rcpt or options.sender:
            raise UsageError("--from and --rcpt need a MESSAGE; a script on the standard input has its own")
    else:
        if not options.rcpt:
            raise UsageError("a MESSAGE needs at least one --rcpt")
        message = read_file(options.message)
    config = sound_config(
        options.config, macros=options.macros, version=options.exim_version, root=options.root
    )
    dialogue = Dialogue(config, options)
    error: EximLangError | None = None
    try:
        if message is None:
            dialogue.script(sys.stdin.buffer.read())
        else:
            dialogue.mail(message)
    except EximLangError as problem:
        error = problem
    return conclude(dialogue, error, options.json)


def conclude(dialogue: Dialogue, error: EximLangError | None, as_json: bool) -> int:
    if as_json:
        dialogue.print_json(error)
    else:
        for note in dialogue.session.notes:
            print(f"exim-lang: note: {note}", file=sys.stderr)
    if error is not None:
        raise error
    return 0 if dialogue.accepted else 1


def read_file(path: str) -> bytes:
    """A mail; raises UsageError."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
