"""Conditions that check passwords: `crypteq` itself, the rest by asking the world (specification chapter 11).

What would ask a daemon, a server or a library is of the kind named after the condition: `radius`, `pam`, ... A fixture
answers with true or false, or `{"defer": "MESSAGE"}` for a failure; its call is the argument of the condition as
expanded, for `saslauthd` its arguments joined by spaces. `ldapauth` asks a live server where that is allowed.
"""

from __future__ import annotations

from exim_lang.errors import EximLangError, ExpansionError
from exim_lang.expand.crypt import encrypted_equal
from exim_lang.expand.registry import condition
from exim_lang.expand.scope import Scope
from exim_lang.search.registry import LOOKUPS, SearchDeferred


@condition("crypteq", least=2)
def crypteq(secret: bytes, encrypted: bytes) -> bool:
    return encrypted_equal(secret, encrypted)


def _asked(scope: Scope, kind: str, call: bytes) -> bool:
    def live() -> bool:
        raise EximLangError(f'the condition "{kind}" is answered by fixtures only')

    match scope.world.consult(kind, call, live, True):
        case bool(answer):
            return answer
        case {"defer": str(message)}:
            raise ExpansionError(message)
        case other:
            raise EximLangError(f'fixture "{kind}" "{call.decode("latin-1")}": {other!r} is neither true nor false')


@condition("pam", least=1, scope=True)
def pam(scope: Scope, data: bytes) -> bool:
    return _asked(scope, "pam", data)


@condition("radius", least=1, scope=True)
def radius(scope: Scope, data: bytes) -> bool:
    return _asked(scope, "radius", data)


@condition("pwcheck", least=1, scope=True)
def pwcheck(scope: Scope, data: bytes) -> bool:
    return _asked(scope, "pwcheck", data)


@condition("ldapauth", least=1, scope=True)
def ldapauth(scope: Scope, query: bytes) -> bool:
    try:
        return LOOKUPS["ldapauth"].find(scope, None, query, ()) is not None
    except SearchDeferred as error:
        raise ExpansionError(error.message) from error


@condition("saslauthd", least=2, most=4, scope=True)
def saslauthd(scope: Scope, *arguments: bytes) -> bool:
    """User, password, and at will service and realm."""
    return _asked(scope, "saslauthd", b" ".join(arguments))
