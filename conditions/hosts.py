"""The condition `hosts`: who the client is (specification chapter 44.26)."""

from __future__ import annotations

from exim_lang.acl.caches import host_cache
from exim_lang.acl.check import Check
from exim_lang.acl.facts import remember
from exim_lang.acl.registry import condition
from exim_lang.lists.match import check_host


@condition("hosts")
def hosts(check: Check) -> bool:
    """Whether the client is in the host list; what a lookup found becomes `$host_data`."""
    found = check_host(check.scope, check.text, cache=host_cache(check.scope))
    if found is not None:
        remember(check.scope, "host_data", found.value)
    return found is not None
