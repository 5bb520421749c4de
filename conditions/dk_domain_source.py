"""The condition `dk_domain_source`: where the sender's domain came from (experimental specification of 2008, section 1.1)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import condition
from exim_lang.domainkeys.verify import check_message
from exim_lang.lists.match import check_list


@condition("dk_domain_source")
def dk_domain_source(check: Check) -> bool:
    """Whether `from`, `sender` or `none`, whichever it is, is in the list."""
    checked = check_message(check.scope)
    return checked is not None and check_list(check.scope, "string", checked.sender.source.encode(), check.text) is not None
