"""ldap, ldapm, ldapdn, ldapauth: directories (specification 9.14 to 9.19)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from exim_lang.search.answers import answered
from exim_lang.search.registry import lookup_type

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

_PLAIN: Final = frozenset(b"!$'-._()*+ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")


def _url(value: bytes) -> bytes:
    return b"".join(bytes([byte]) if byte in _PLAIN else b"%%%02X" % byte for byte in value)


def _quote(value: bytes, option: str | None) -> bytes | None:
    """Quotes for a filter, with the option `dn` for a distinguished name."""
    if option is None:
        return b"".join(b"%%5C%02X" % byte if byte in b"*()\\" else _url(bytes([byte])) for byte in value)
    if option != "dn":
        return None
    front = len(value) - len(value.lstrip(b" #"))
    end = len(value.rstrip(b" ")) if front < len(value) else front
    quoted = []
    for at, byte in enumerate(value):
        special = at < front or at >= end or byte in b',+"\\<>;'
        quoted.append((b"%5C" if special else b"") + _url(bytes([byte])))
    return b"".join(quoted)


@lookup_type("ldap", "ldapm", "ldapdn", kind="query", quote=_quote)
@lookup_type("ldapauth", kind="query")
def ldap(scope: Scope, handle: None, key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """The attributes as Exim joins them, from a fixture of kind "ldap" whose call is the query without its password."""
    return answered(scope, "ldap", re.sub(rb'(?i)\bpass=("(?:[^"\\]|\\.)*"|\S*)\s*', b"", bytes(key)))
