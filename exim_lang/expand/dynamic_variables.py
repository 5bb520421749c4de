"""Variables whose names are a pattern: `$acl_c0`, `$acl_m_name`, `$r_name`, `$auth1` (specification section 11.9).

ACL variables are kept by what follows `acl_c` (in `Connection.acl_c`) and `acl_m` (in `Message.acl_m`): `0`, `_name`;
router variables without `r_` in `Address.router_variables`; captures of the `regex` condition under their own names
(`regex1`) in `Message.facts`.
"""

from __future__ import annotations

import re
from typing import Final

from exim_lang.errors import ExpansionError
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


def get(name: str, scope: Scope) -> bytes | None:
    """The value of a variable for which `is_dynamic` holds; None when it is not set.

    Raises ExpansionError for an ACL or router variable that is not set, where the option `strict_acl_vars` wants that.
    """
    if name.startswith("acl_"):
        value = (scope.connection.acl_c if name[4] == "c" else scope.message.acl_m).get(name[5:])
    elif name.startswith("r_"):
        value = scope.address.router_variables.get(name[2:]) if scope.address is not None else None
    else:
        found = _NUMBERED.fullmatch(name)
        number = int(found[2]) if found is not None else 0
        if name.startswith("regex"):
            return scope.message.facts.get(f"regex{number}")
        values = scope.connection.auth_values
        return values[number - 1] if 0 < number <= len(values) else None
    if value is None and scope.config.option("strict_acl_vars"):
        raise ExpansionError(f'unknown variable name "{name}"')
    return value
