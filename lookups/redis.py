"""redis: commands to a Redis server (specification 9.27)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exim_lang.search.answers import answered
from exim_lang.search.registry import lookup_type
from exim_lang.search.search import obsolete_syntax

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


def _quote(value: bytes, option: str | None) -> bytes | None:
    return re.sub(rb"([\s\\])", rb"\\\1", value) if option is None else None


@lookup_type("redis", kind="query", quote=_quote)
def redis(scope: Scope, handle: None, key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """The reply as Exim shows it, from a fixture whose call is the command without server names."""
    command = bytes(key)
    if re.match(rb"servers\s*=[^;]*;", command):
        obsolete_syntax(scope)
        command = command.partition(b";")[2].lstrip()
    return answered(scope, "redis", command)
