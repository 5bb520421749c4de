"""Conditions that ask a program or a protocol of their own: answered by fixtures.

    "malware": {"*": {"result": true, "malware_name": "Eicar-Test"}},
    "spam":    {"nobody:true": {"result": true, "spam_score": "7.3", "spam_score_int": "73"}},
    "spf":     {"fail": false}

The kind is the name of the condition, the call its expanded argument. The answer is whether the condition holds, or an object
with the member `result` (or `defer` with a message) and the variables that the condition sets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.acl.facts import remember
from exim_lang.errors import ClosedWorld, Deferred, EximLangError
from exim_lang.world.fixtures import IN_TURN, stub, to_bytes, to_text

if TYPE_CHECKING:
    from exim_lang.acl.check import Check


def answered(check: Check, without: str = "") -> bool:
    """Whether there is a fixture for this condition with this argument, an object with the member `without` not counted."""
    fixtures = check.scope.world.fixtures
    call = bytes(check.value)
    if not fixtures.knows(check.name, call):
        return False
    if not without:
        return True
    answer = fixtures.raw(check.name, call) if call in fixtures.calls(check.name) else None
    return not (isinstance(answer, dict) and (without in answer or IN_TURN in answer))


def by_fixture(check: Check, kind: str = "") -> bool:
    """What the fixture for this condition says; raises ClosedWorld when there is none, Deferred when it says so."""
    kind = kind or check.name
    fixtures = check.scope.world.fixtures
    call = bytes(check.value)
    text = to_text(call)
    if not fixtures.knows(kind, call):
        raise ClosedWorld(
            f'{kind} = {text}: nothing here can answer this condition: give a fixture',
            call=f'{kind} "{text}"',
            stub=stub(kind, call, {"result": True}),
        )
    answer = fixtures.get(kind, call)
    if isinstance(answer, bool):
        return answer
    if isinstance(answer, dict):
        for name, value in answer.items():
            if name not in ("result", "defer") and isinstance(value, str):
                remember(check.scope, name, to_bytes(value))
        reason = answer.get("defer")
        if isinstance(reason, str):
            raise Deferred(to_bytes(reason).decode("latin-1"))
        result = answer.get("result")
        if isinstance(result, bool):
            return result
    raise EximLangError(f'fixture "{kind}" "{text}": {answer!r} does not say whether the condition holds')
