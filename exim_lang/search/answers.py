"""Lookups answered from outside: by a fixture, or by a live server where that is allowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from exim_lang.errors import EximLangError
from exim_lang.search.registry import SearchDeferred
from exim_lang.world.fixtures import Json, to_bytes, to_text

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


def answered(scope: Scope, kind: str, call: bytes, live: Callable[[], bytes | None] | None = None) -> bytes | None:
    """The data that `call` finds, None for nothing.

    A fixture is a string, null, or `{"defer": MESSAGE}`. `live` asks the real thing; where that is None there is nothing
    to allow. Raises SearchDeferred, and ClosedWorld when nobody answers.
    """

    world = scope.world
    if live is not None and world.recorder is None and world.allows(kind) and not world.fixtures.knows(kind, call):
        return live()  # what would be done below, without writing the answer down and reading it

    def ask() -> Json:
        if live is None:
            raise EximLangError(f"{kind} lookups are answered from fixtures only: nothing here can ask such a server")
        try:
            value = live()
        except SearchDeferred as error:
            return {"defer": error.message}
        return None if value is None else to_text(value)

    match world.consult(kind, call, ask):
        case str(value):
            return to_bytes(value)
        case None:
            return None
        case {"defer": str(message)}:
            raise SearchDeferred(message)
        case other:
            raise EximLangError(f'fixture "{kind}" "{to_text(call)}": {other!r} is not a string, null or a "defer"')
