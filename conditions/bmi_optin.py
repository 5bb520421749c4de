"""The modifier `bmi_optin`: what Brightmail's server is to know of a recipient (Exim up to 4.98)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import modifier


@modifier("bmi_optin")
def bmi_optin(check: Check) -> None:
    """Keeps the list of opt-in strings for the recipient at hand, in place of an earlier one."""
    address = check.scope.address
    if address is not None:
        local_part = address.caseful_local_part if address.caseful_local_part is not None else address.local_part
        check.scope.message.bmi_optin[bytes(local_part + b"@" + address.domain)] = check.value
