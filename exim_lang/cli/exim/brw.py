"""`-brw`: what an address is rewritten to, in each place (specification section 5.2)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from exim_lang.cli.exim.brt import write_log
from exim_lang.cli.exim.scope import exim_scope
from exim_lang.expand.addresses import AddressError, parse_address
from exim_lang.expand.state import Header
from exim_lang.route.rewrite import places, qualify_address, rewrite_one, rewrite_smtp, rewritten_header

if TYPE_CHECKING:
    from exim_lang.cli.exim.flags import Flags
    from exim_lang.model.config import Config

_HEADERS = (("sender", "s"), ("from", "f"), ("to", "t"), ("cc", "c"), ("bcc", "b"), ("reply-to", "r"))
_ENVELOPE = (("env-from", "F"), ("env-to", "T"))


def run(flags: Flags, config: Config) -> int:
    """Prints one line for each place; the status is 1 without an address."""
    if not flags.arguments:
        _write("-brw needs an address argument")
        return 1
    scope = exim_scope(flags, config)
    item = flags.arguments[0].encode("latin-1")
    if any("S" in places(rule) for rule in config.rewrite):
        new = rewrite_smtp(scope, item)
        if new != item:
            _write("    SMTP: " + new.decode("latin-1"))
    if b"@" not in item:
        item = bytes(qualify_address(scope, item, "qualify_domain"))
    shown = item.decode("latin-1")
    try:
        parsed = parse_address(item, allow_domain_literals=bool(config.option("allow_domain_literals")))
    except AddressError as error:
        _write(f"Syntax error in {shown}\n{error.message[:1].upper()}{error.message[1:]}")
        return 0
    if not parsed.address:
        _write(f"Syntax error in {shown}\nMissing or malformed local part")
        return 0
    for name, place in _HEADERS:
        line = rewritten_header(scope, Header(b"X: " + item + b"\n"), place, config.rewrite)
        _write(f"{name:>8}: " + line.partition(b": ")[2].strip().decode("latin-1"))
    for name, place in _ENVELOPE:
        _write(f"{name:>8}: " + rewrite_one(scope, parsed.address, place).decode("latin-1"))
    write_log(scope)
    return 0


def _write(line: str) -> None:
    sys.stdout.buffer.write(line.encode("latin-1") + b"\n")
