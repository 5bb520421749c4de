"""Does the name that the client says belong to it? (specification chapter 14, "helo_verify_hosts", "helo_lookup_domains")"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.errors import Deferred
from exim_lang.expand.host_name import look_up_host_name
from exim_lang.lists.forward import addresses_of
from exim_lang.lists.match import check_list

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.smtp.session import Session


def needs_lookup(session: Session, name: bytes) -> bool:
    """Whether helo_lookup_domains asks for the client's real name."""
    text = session.config.text("helo_lookup_domains")
    try:
        return check_list(session.scope, "domain", name, text, option="helo_lookup_domains", numeric=False) is not None
    except Deferred:
        return False


def verify_helo(scope: Scope) -> bool:
    """Notes in the connection whether the HELO name is the client's; False when the DNS could not tell now."""
    connection = scope.connection
    name = connection.helo_name
    decided = True
    if name is None:
        trace(scope, "no EHLO/HELO command was issued")
    elif not connection.host_address:
        connection.helo_verified = True
    elif name.startswith(b"["):
        address = connection.host_address
        connection.helo_verified = name[1:].startswith((address, address.removeprefix(b"::ffff:")))
        if connection.helo_verified:
            trace(scope, "matched host address")
    else:
        if not connection.host_name and not connection.host_lookup_failed:
            look_up_host_name(scope)
            decided = not connection.host_lookup_deferred
        connection.helo_verified = is_known_name(scope, name) or resolves_to_client(scope, name)
    connection.helo_verify_failed = not connection.helo_verified
    return decided


def is_known_name(scope: Scope, name: bytes) -> bool:
    """Whether the name is the client's, as its address says, or an alias."""
    connection = scope.connection
    if not connection.host_name:
        return False
    if connection.host_name.lower() == name.lower():
        connection.helo_dnssec = connection.host_dnssec
        trace(scope, "matched host name")
        return True
    for alias in connection.host_aliases:
        if alias.lower() == name.lower():
            trace(scope, f"matched alias {alias.decode('latin-1')}")
            return True
    return False


def resolves_to_client(scope: Scope, name: bytes) -> bool:
    """Whether the name has the client's address."""
    trace(scope, f"getting IP address for {name.decode('latin-1')}")
    addresses, _ = addresses_of(scope, name, dns_only=True)
    if scope.connection.host_address not in addresses:
        return False
    trace(scope, f"IP address for {name.decode('latin-1')} matches calling address")
    return True


def trace(scope: Scope, line: str) -> None:
    if scope.debug is not None:
        scope.debug(line)
