"""Conditions that match a domain, host, address or local part list; the matching itself is what the scope was given.

The list is not expanded before it gets here (specification chapter 11, `match_local_part`): what arrives is the text as
it stands, unless Exim was built otherwise.
"""

from __future__ import annotations

from exim_lang.errors import Deferred, ExpansionError
from exim_lang.expand.ip_address import ip_version
from exim_lang.expand.registry import condition
from exim_lang.expand.scope import Scope


def _matched(scope: Scope, kind: str, subject: bytes, items: bytes) -> bool:
    """Whether the subject is in the list; `$value` is what the list makes of it."""
    try:
        return scope.match_list(scope, kind, subject, items, leaves_value=True) is not None
    except Deferred as error:
        # Exim shows what its last lookup said, which is nothing where that went well; without one there is nothing to show.
        reason = error.message or ("" if scope.caches.get("search") else "NULL")
        raise Deferred(f'unable to complete match against "{items.decode("latin-1")}": {reason}') from error


@condition("match_address", least=2, scope=True)
def match_address(scope: Scope, subject: bytes, items: bytes) -> bool:
    return _matched(scope, "address", subject, items)


@condition("match_domain", least=2, scope=True)
def match_domain(scope: Scope, subject: bytes, items: bytes) -> bool:
    return _matched(scope, "domain", subject, items)


@condition("match_local_part", least=2, scope=True)
def match_local_part(scope: Scope, subject: bytes, items: bytes) -> bool:
    return _matched(scope, "localpart", subject, items)


@condition("match_ip", least=2, scope=True)
def match_ip(scope: Scope, subject: bytes, items: bytes) -> bool:
    """A host list that knows addresses only; the subject may be empty."""
    if subject and not ip_version(subject):
        raise ExpansionError(f'"{subject.decode("latin-1")}" is not an IP address')
    return _matched(scope, "host", subject, items)
