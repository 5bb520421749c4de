"""The condition `dk_sender_local_parts`: the local part of a message's sender (experimental specification of 2008, 1.1)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import condition
from exim_lang.domainkeys.verify import check_message
from exim_lang.lists.match import check_list
from exim_lang.taint import taint


@condition("dk_sender_local_parts")
def dk_sender_local_parts(check: Check) -> bool:
    """Whether the local part that DomainKeys verified for is in the list."""
    checked = check_message(check.scope)
    if checked is None or not checked.sender.domain:
        return False
    return check_list(check.scope, "localpart", taint(checked.sender.local_part), check.text) is not None
