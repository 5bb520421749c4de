"""The condition `dk_senders`: the address of a message's sender (experimental specification of 2008, 1.1)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import condition
from exim_lang.domainkeys.verify import check_message
from exim_lang.lists.match import check_list
from exim_lang.taint import taint


@condition("dk_senders")
def dk_senders(check: Check) -> bool:
    """Whether the address that DomainKeys verified for is in the list."""
    checked = check_message(check.scope)
    if checked is None or not checked.sender.domain:
        return False
    return check_list(check.scope, "address", taint(checked.sender.address), check.text) is not None
