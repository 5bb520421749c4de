"""`${perl{subroutine}{argument}...}` and `${dlfunc{file}{function}{argument}...}` (specification 11.5, chapter 12).

There is no Perl interpreter here and no C function is ever loaded: fixtures answer, of kind "perl" and "dlfunc". The
call is the strings of the item joined by spaces; the answer is a string, or null for a failure that the function asks for.
"""

from __future__ import annotations

from collections.abc import Sequence

from exim_lang.errors import EximLangError, ExpansionError, ForcedFailure
from exim_lang.expand.registry import item
from exim_lang.expand.scope import Scope
from exim_lang.taint import is_tainted
from exim_lang.world.fixtures import to_bytes


def _answer(scope: Scope, kind: str, call: Sequence[bytes]) -> bytes | None:
    def live() -> str:
        raise EximLangError(f"{kind} can only be answered by a fixture")

    match scope.world.consult(kind, b" ".join(bytes(word) for word in call), live):
        case str(text):
            return to_bytes(text)
        case None:
            return None
        case other:
            raise EximLangError(f"fixture {kind}: {other!r} is neither a string nor null")


def _known(scope: Scope, kind: str, call: Sequence[bytes]) -> bool:
    return scope.world.fixtures.knows(kind, b" ".join(bytes(word) for word in call))


def _not_included(name: str) -> ExpansionError:
    return ExpansionError(f'"${{{name}" encountered, but this facility is not included in this binary')


@item("perl", 1, 9, scope=True)
def perl(scope: Scope, subroutine: bytes, *arguments: bytes) -> bytes:
    call = (subroutine, *arguments)
    if not _known(scope, "perl", call):
        if not scope.config.dialect.knows("main_option", "perl_startup"):
            raise _not_included("perl")
        if not scope.config.option("perl_startup"):
            raise ExpansionError("A setting of perl_startup is needed when using the Perl interpreter")
    answer = _answer(scope, "perl", call)
    if answer is None:
        name = subroutine.decode("latin-1")
        raise ForcedFailure(f'Perl subroutine "{name}" returned undef to force failure')
    return answer


@item("dlfunc", 2, 10, scope=True)
def dlfunc(scope: Scope, file: bytes, function: bytes, *arguments: bytes) -> bytes:
    if is_tainted(file):
        raise ExpansionError(f"Tainted filename '{file.decode('latin-1')}'")
    call = (file, function, *arguments)
    if not _known(scope, "dlfunc", call) and not scope.config.dialect.build.has("expand_dlfunc"):
        raise _not_included("dlfunc")
    answer = _answer(scope, "dlfunc", call)
    if answer is None:
        raise ForcedFailure(f'"{function.decode("latin-1")}" in "{file.decode("latin-1")}" asked for a failure')
    return answer
