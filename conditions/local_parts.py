"""The condition `local_parts`: the local part of the recipient (specification chapter 44.26)."""

from __future__ import annotations

from exim_lang.acl.caches import recipient_cache
from exim_lang.acl.check import Check
from exim_lang.acl.registry import condition
from exim_lang.lists.match import check_list


@condition("local_parts")
def local_parts(check: Check) -> bool:
    """Whether the local part of the recipient is in the list; what a lookup found becomes `$local_part_data`."""
    address = check.scope.address
    if address is None:
        return False
    given = address.caseful_local_part
    subject = address.local_part if given is None else given
    found = check_list(check.scope, "localpart", subject, check.text, cache=recipient_cache(check.scope))
    address.local_part_data = None if found is None else found.value
    return found is not None
