"""The condition `sender_domains`: the domain of the envelope sender (specification chapter 44.26)."""

from __future__ import annotations

from exim_lang.acl.caches import sender_cache
from exim_lang.acl.check import Check
from exim_lang.acl.registry import condition
from exim_lang.lists.match import check_list
from exim_lang.taint import like


@condition("sender_domains")
def sender_domains(check: Check) -> bool:
    """Whether the domain of the sender (empty for a bounce) is in the list."""
    sender = check.scope.message.sender or b""
    domain = like(sender.rpartition(b"@")[2], sender) if b"@" in sender else b""
    return check_list(check.scope, "domain", domain, check.text, cache=sender_cache(check.scope)) is not None
