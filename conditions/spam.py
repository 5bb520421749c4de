"""The condition `spam`: whether SpamAssassin or Rspamd calls the message spam (specification chapter 45.2)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import condition
from exim_lang.acl.scanning import by_fixture


@condition("spam")
def spam(check: Check) -> bool:
    """Whether the score has reached the threshold; sets `$spam_score` and its kin. Answered by fixtures."""
    return by_fixture(check)
