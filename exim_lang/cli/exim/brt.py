"""`-brt`: which retry rule is for an address or a domain (specification section 5.2)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from exim_lang.cli.exim.refusal import log_stamp
from exim_lang.cli.exim.scope import exim_scope
from exim_lang.route.retry import RetryError, find_rule, parse_error, shown
from exim_lang.syntax.config_rules import wrong_retry_error

if TYPE_CHECKING:
    from exim_lang.cli.exim.flags import Flags
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import Config


def run(flags: Flags, config: Config) -> int:
    """Prints the rule; the status is 1 for arguments that make no sense."""
    if not flags.arguments:
        _write("-brt needs a domain or address argument")
        return 1
    key, *rest = flags.arguments
    warn = "@" not in key and "." not in key
    if warn:
        _write(
            f'Warning: "{key}" contains no \'@\' and no \'.\' characters. It is being \n'
            "treated as a one-component domain, not as a local part.\n"
        )
    alternate = rest.pop(0) if rest and "." in rest[0] else None
    error = RetryError()
    if rest:
        wrong = wrong_retry_error(rest[0])
        if wrong is not None:
            _write(wrong)
            return 1
        error = parse_error(rest[0])
    scope = exim_scope(flags, config)
    rule = find_rule(scope, key.encode("latin-1"), None if alternate is None else alternate.encode("latin-1"), error)
    write_log(scope)
    _write("No retry information found" if rule is None else f"Retry rule: {shown(rule)}")
    return 0


def write_log(scope: Scope) -> None:
    """The lines of the log, on the standard error as Exim writes them there."""
    for name, line in scope.log:
        if name == "main":
            sys.stderr.buffer.write(f"{log_stamp(scope.world.now())} {line}\n".encode("latin-1", "replace"))
    scope.log.clear()


def _write(line: str) -> None:
    sys.stdout.buffer.write(line.encode("latin-1") + b"\n")
