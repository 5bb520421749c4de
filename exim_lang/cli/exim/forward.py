"""A plain forward file tested with `-bf` (specification section 5.2)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from exim_lang.route.forward_list import ListError, ListReader
from exim_lang.route.rewrite import rewrite_address

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

PERMITTED = frozenset({"blackhole", "include"})


def test_forward(scope: Scope, data: bytes) -> int:
    """Prints what the list comes to; the status is 1 for one that is wrong."""
    reader = ListReader(
        scope,
        PERMITTED,
        lambda address: rewrite_address(scope, address, "t"),
        None if scope.address is None else scope.address.domain,
        None,
        False,
        bool(scope.config.option("allow_domain_literals")),
    )
    try:
        found = reader.read(data)
    except ListError as error:
        _write(f"exim: error in forward file: {error.message}")
        return 1
    if found.special == "blackhole":
        _write('exim: forwardfile contains ":blackhole:"')
    if not found.targets:
        _write("exim: no addresses generated from forward file")
        return 0
    _write("exim: forward file generated:")
    for target in reversed(found.targets):
        _write("  " + target.address.decode("latin-1"))
    return 0


def _write(line: str) -> None:
    sys.stdout.buffer.write(line.encode("latin-1") + b"\n")
