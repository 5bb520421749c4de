"""The condition `senders`: the address of the envelope sender (specification chapter 44.26)."""

from __future__ import annotations

from exim_lang.acl.caches import sender_cache
from exim_lang.acl.check import Check
from exim_lang.acl.facts import remember
from exim_lang.acl.registry import condition
from exim_lang.lists.match import check_list


@condition("senders")
def senders(check: Check) -> bool:
    """Whether the sender, which may be empty, is in the address list; what a lookup found becomes `$sender_data`."""
    scope = check.scope
    found = check_list(scope, "address", scope.message.sender or b"", check.text, cache=sender_cache(scope))
    if found is not None:
        remember(scope, "sender_data", found.value)
    return found is not None
