"""The condition `domains`: the domain of the recipient (specification chapter 44.26)."""

from __future__ import annotations

from exim_lang.acl.caches import recipient_cache
from exim_lang.acl.check import Check
from exim_lang.acl.registry import condition
from exim_lang.lists.match import check_list


@condition("domains")
def domains(check: Check) -> bool:
    """Whether the domain of the recipient is in the list; what a lookup found becomes `$domain_data`."""
    address = check.scope.address
    if address is None:
        return False
    found = check_list(check.scope, "domain", address.domain, check.text, cache=recipient_cache(check.scope))
    address.domain_data = None if found is None else found.value
    return found is not None
