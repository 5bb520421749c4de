"""Variables whose names are a pattern: `$acl_c0`, `$acl_m_name`, `$r_name`, `$auth1` (specification section 11.9).

ACL variables are kept by what follows `acl_c` (in `Connection.acl_c`) and `acl_m` (in `Message.acl_m`): `0`, `_name`;
router variables without `r_` in `Address.router_variables`; captures of the `regex` condition under their own names
(`regex1`) in `Message.facts`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from exim_lang.errors import ExpansionError
from exim_lang.expand.options import option
from exim_lang.expand.scope import Scope

AUTH_VARIABLES: Final = 4
REGEX_VARIABLES: Final = 9
_ACL: Final = re.compile(r"acl_[cm](?:[0-9_].*)?", re.DOTALL)
_NUMBERED: Final = re.compile(r"(auth|regex)0*([1-9])")


def is_dynamic(name: str) -> bool:
    """Whether `name`, without its dollar, is one of these, set or not."""
    match name[:2]:
        case "r_":
            return True
        case "ac":
            return _ACL.fullmatch(name) is not None
        case "au" | "re":
            found = _NUMBERED.fullmatch(name)
            return found is not None and int(found[2]) <= (AUTH_VARIABLES if found[1] == "auth" else REGEX_VARIABLES)
        case _:
            return False


def reader(name: str) -> Callable[[Scope], bytes | None]:
    """What reads the variable `name`, for which `is_dynamic` holds; it gives None when the variable is not set.

    The function raises ExpansionError for an ACL variable that is not set, where the option `strict_acl_vars` wants that.
    """
    if name.startswith("acl_"):
        return acl_reader(name, name[5:])
    if name.startswith("r_"):
        key = name[2:]
        return lambda scope: scope.address.router_variables.get(key) if scope.address is not None else None
    found = _NUMBERED.fullmatch(name)
    number = int(found[2]) if found is not None else 0
    if name.startswith("regex"):
        return lambda scope: scope.message.facts.get(f"regex{number}")
    return lambda scope: scope.connection.auth_values[number - 1] if number <= len(scope.connection.auth_values) else None


def acl_reader(name: str, key: str) -> Callable[[Scope], bytes | None]:
    of_connection = name[4] == "c"

    def read(scope: Scope) -> bytes | None:
        value = (scope.connection.acl_c if of_connection else scope.message.acl_m).get(key)
        if value is None and option(scope, "strict_acl_vars") == b"true":
            raise ExpansionError(f'unknown variable name "{name}" (strict_acl_vars is set)')
        return value

    return read
