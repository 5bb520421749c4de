"""Calling an ACL from a string: the one way for the item and the condition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from exim_lang.errors import ExpansionError, ForcedFailure
from exim_lang.expand.scope import Scope
from exim_lang.expand.string_list import SPACES
from exim_lang.taint import is_tainted

NAMES: Final = {"discard": "DISCARD", "drop": "FAIL_DROP", "error": "ERROR"}


def call_acl(scope: Scope, name: bytes, arguments: Sequence[bytes]) -> tuple[bool, bytes | None]:
    """Whether the ACL `name` accepts, and its message; raises ForcedFailure when it defers."""
    verdict, message = scope.run_acl(scope, name, arguments)
    if verdict in ("accept", "deny"):
        return verdict == "accept", message
    # an ACL may stand there itself, and is taken apart line by line, unless it is tainted
    lead = len(name) - len(name.lstrip(SPACES))
    shown = (name if is_tainted(name) else name[:lead] + name[lead:].partition(b"\n")[0]).decode("latin-1")
    if verdict == "defer":
        raise ForcedFailure(f'DEFER from acl "{shown}"')
    raise ExpansionError(f'{NAMES[verdict]} from acl "{shown}"')
