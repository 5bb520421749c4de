"""The condition `dk_policy`: what the sender's domain says of itself (experimental specification of 2008, section 1.1)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import condition
from exim_lang.domainkeys.verify import check_message
from exim_lang.lists.match import check_list


@condition("dk_policy")
def dk_policy(check: Check) -> bool:
    """Whether `signsall` or `testing` is in the list and true of the domain."""
    checked = check_message(check.scope)
    if checked is None:
        return False
    policy = checked.policy
    said = [word for word, holds in ((b"signsall", policy.signs_all), (b"testing", policy.testing)) if holds]
    return any(check_list(check.scope, "string", word, check.text) is not None for word in said)
