"""Operator names with their arguments, and what is said of names that nobody knows."""

from __future__ import annotations

from exim_lang.expand import dynamic_variables
from exim_lang.expand.registry import OPERATORS, VARIABLES, Operator
from exim_lang.model.dialect import Dialect

LONGEST = 255  # characters of a name that Exim keeps
COMPILED = ("item", "value")  # variables that the compiler knows how to read; they are looked up in no table


def find_operator(spelling: str, dialect: Dialect) -> tuple[Operator | None, str | None]:
    """The operator that `spelling` names, and what stands behind the underscore after its name.

    A name with an underscore of its own (`quote_local_part`) wins over a shorter one with an argument.
    """
    first, underscore, argument = spelling.partition("_")
    for name in (spelling, first):
        entry = OPERATORS.get(name)
        if entry is not None and not dialect.lacks("operator", name):
            return entry, argument if underscore and name == first else None
    return None, None


def is_numeric(name: str) -> bool:
    """Whether `name` is `$0`, `$1`, ..."""
    return name.isascii() and name.isdigit()


def is_counter(name: str) -> bool:
    """Whether `name` is a counter of Exim filters, which is a variable only while one runs."""
    return len(name) in (2, 3) and name.rstrip("0123456789") in ("n", "sn") and name[-2:-1] in ("n",)


def is_variable(name: str, dialect: Dialect) -> bool:
    """Whether the dialect has a variable of that name."""
    if name in COMPILED or is_numeric(name) or dynamic_variables.is_dynamic(name):
        return True
    return name in VARIABLES and not dialect.lacks("variable", name)


def unknown_variable(name: str, braced: bool) -> str:
    """Exim's message for a variable it does not have."""
    said = f'unknown variable in "${{{name}}}"' if braced else f'unknown variable name "{name[:LONGEST]}"'
    return said + acl_hint(name)


def acl_hint(name: str) -> str:
    """What Exim adds for a name that looks like an ACL variable."""
    if not name.startswith("acl_"):
        return ""
    if name[4:5] not in ("c", "m"):
        return " (user-defined ACL variables must start acl_c or acl_m)"
    if not (name[5:6].isdigit() or name[5:6] == "_"):
        return " (6th character of a user-defined ACL variable must be a digit or underscore)"
    return ""
