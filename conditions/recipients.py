"""The condition `recipients`: the whole address of the recipient (specification chapter 44.26)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.facts import remember
from exim_lang.acl.registry import condition
from exim_lang.lists.match import check_list
from exim_lang.taint import join


@condition("recipients")
def recipients(check: Check) -> bool:
    """Whether the recipient is in the address list; what a lookup found becomes `$recipient_data`."""
    address = check.scope.address
    if address is None:
        return False
    given = address.caseful_local_part
    local_part = address.local_part if given is None else given
    found = check_list(check.scope, "address", join([local_part, b"@", address.domain]), check.text)
    if found is not None:
        remember(check.scope, "recipient_data", found.value)
    return found is not None
