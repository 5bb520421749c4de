"""The condition `spam`: whether SpamAssassin or Rspamd calls the message spam (specification section 45.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.acl.check import Check
from exim_lang.acl.facts import remember
from exim_lang.acl.registry import condition
from exim_lang.acl.scanning import answered, by_fixture
from exim_lang.acl.spamd import Score, ask_spamd
from exim_lang.errors import Deferred
from exim_lang.expand.string_list import split_list

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

_CACHE = "spam"
_LONGEST_BAR = 51  # the specification says 50


@condition("spam")
def spam(check: Check) -> bool:
    """Whether the score has reached the threshold, or anyway behind `:true`; sets `$spam_score` and its kin.

    A fixture may answer for the argument as a whole (exim_lang.acl.scanning) or for the user (exim_lang.acl.spamd).
    """
    if answered(check, without="score"):
        return by_fixture(check)
    items = list(split_list(check.value, default=0x2F))
    user, colon, word = (items[0] if items else b"").partition(b":")
    if not colon and user.lower() in (b"", b"0", b"false"):
        return False
    try:
        score = _score(check.scope, user)
    except Deferred:
        if any(item.lower() == b"defer_ok" for item in items[1:]):
            return False
        raise
    _set_variables(check.scope, score)
    return word.lower() == b"true" or score.score >= score.threshold


def _score(scope: Scope, user: bytes) -> Score:
    """What the server says; asked once for a message and a user, unless spamd_address is expanded anew each time."""
    text = scope.config.text("spamd_address")
    known = scope.caches.get(_CACHE)
    expanded = text is not None and text.string.startswith("$")
    if not expanded and isinstance(known, tuple) and known[0] is scope.message and known[1] == user:
        cached: Score = known[2]
        return cached
    score = ask_spamd(scope, user)
    scope.caches[_CACHE] = (scope.message, user, score)
    return score


def _set_variables(scope: Scope, found: Score) -> None:
    stars = min(abs(int(found.score)), _LONGEST_BAR)
    bar = (b"+" if found.score > 0 else b"-") * stars or b"/"
    remember(scope, "spam_score", b"%.1f" % found.score)
    remember(scope, "spam_score_int", b"%d" % int(found.score * 10))
    remember(scope, "spam_bar", bar)
    remember(scope, "spam_report", found.report)
    remember(scope, "spam_action", found.action)
