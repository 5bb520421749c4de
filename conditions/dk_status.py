"""The condition `dk_status`: what came of the DomainKeys signature (experimental specification of 2008, section 1.1)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import condition
from exim_lang.domainkeys.verify import check_message
from exim_lang.lists.match import check_list


@condition("dk_status")
def dk_status(check: Check) -> bool:
    """Whether the status is in the list; false for a message that was not verified."""
    checked = check_message(check.scope)
    return checked is not None and check_list(check.scope, "string", checked.result.status.encode(), check.text) is not None
