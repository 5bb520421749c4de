"""The condition `dk_sender_domains`: the domain of a message's sender (experimental specification of 2008, 1.1)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import condition
from exim_lang.domainkeys.verify import check_message
from exim_lang.lists.match import check_list
from exim_lang.taint import taint


@condition("dk_sender_domains")
def dk_sender_domains(check: Check) -> bool:
    """Whether the domain that DomainKeys verified for is in the list."""
    checked = check_message(check.scope)
    if checked is None or not checked.sender.domain:
        return False
    return check_list(check.scope, "domain", taint(checked.sender.domain), check.text) is not None
