"""What ACL conditions leave behind, and the arguments of an ACL (specification chapter 44)."""

from __future__ import annotations

from collections.abc import Callable

from exim_lang.expand.registry import variable
from exim_lang.expand.scope import Scope
from exim_lang.expand.variable_table import facts

facts(("dnslist_domain", "dnslist_value"))
facts(("dnslist_matched", "dnslist_text"), tainted=True)
facts(("sender_rate", "sender_rate_limit", "sender_rate_period"))
facts(("prvscheck_address", "prvscheck_keynum"), tainted=True)
facts(("prvscheck_result", "srs_recipient"))
facts(("srs_db_address", "srs_db_key", "srs_orig_recipient", "srs_orig_sender", "srs_status"))


def _argument(number: int) -> Callable[[Scope], bytes | None]:
    return lambda scope: scope.arguments[number - 1] if number <= len(scope.arguments) else None


ARGUMENTS = ("acl_arg1", "acl_arg2", "acl_arg3", "acl_arg4", "acl_arg5", "acl_arg6", "acl_arg7", "acl_arg8", "acl_arg9")

for number, name in enumerate(ARGUMENTS, 1):
    variable(name)(_argument(number))


@variable("acl_narg")
def acl_narg(scope: Scope) -> bytes:
    return b"%d" % len(scope.arguments)
