"""The condition `acl`: the verdict of another ACL (specification chapter 44.26)."""

from __future__ import annotations

from exim_lang.acl.check import AclError, Check
from exim_lang.acl.registry import condition
from exim_lang.acl.verdict import Result
from exim_lang.acl.words import next_word
from exim_lang.errors import Deferred, ExpansionError, ForcedFailure
from exim_lang.expand.engine import expand

MOST_ARGUMENTS = 9


@condition("acl")
def acl(check: Check) -> Result:
    """Runs the ACL that the first word names, with the other words, each expanded on its own, as `$acl_arg1` to `$acl_arg9`."""
    rest = check.value
    values: list[bytes] = []
    while len(values) <= MOST_ARGUMENTS:
        rest = rest.lstrip(b" \t\n\v\f\r")
        if values and not rest:
            break
        word, rest = next_word(rest)
        try:
            values.append(expand(word, check.scope))
        except ForcedFailure:
            raise AclError("") from None
        except ExpansionError as error:
            shown = values[0] if values else word
            message = f'failed to expand ACL string "{shown.decode("latin-1")}": {error.message}'
            if isinstance(error, Deferred):
                raise Deferred(message) from error
            raise AclError(message) from error
    result = check.nested(values[0], values[1:])
    if result == "error":
        raise AclError("")
    if result == "discard" and check.verb not in ("accept", "discard"):
        raise AclError(
            f'nested ACL returned "discard" for "{check.verb}" command (only allowed with "accept" or "discard")'
        )
    return result
