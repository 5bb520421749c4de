"""Does the name in HELO belong to the client? (specification chapter 14, "helo_verify_hosts")"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.acl.trace import say
from exim_lang.expand.host_name import look_up_host_name
from exim_lang.lists.forward import addresses_of

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


def verify_helo(scope: Scope) -> bool:
    """Tries to verify the name and notes the outcome in the connection; False when the DNS could not tell now."""
    connection = scope.connection
    name = connection.helo_name
    decided = True
    if name is None:
        say(scope, "no EHLO/HELO command was issued")
    else:
        say(scope, f'verifying EHLO/HELO argument "{name.decode("latin-1")}"')
        if not connection.host_address:
            say(scope, "no client IP address: assume success")
            connection.helo_verified = True
        elif name.startswith(b"["):
            address = connection.host_address
            connection.helo_verified = name[1:].startswith((address, address.lower().removeprefix(b"::ffff:")))
            if connection.helo_verified:
                say(scope, "matched host address")
        else:
            if not connection.host_name and not connection.host_lookup_failed:
                look_up_host_name(scope)
                decided = not connection.host_lookup_deferred
            connection.helo_verified = _is_known(scope, name) or _leads_to_client(scope, name)
    connection.helo_verify_failed = not connection.helo_verified
    return decided


def _is_known(scope: Scope, name: bytes) -> bool:
    """Whether the name is one of those that the client's address leads to."""
    connection = scope.connection
    if not connection.host_name:
        return False
    for number, known in enumerate((connection.host_name, *connection.host_aliases)):
        if known.lower() == name.lower():
            connection.helo_dnssec = connection.host_dnssec
            say(scope, f"matched alias {known.decode('latin-1')}" if number else "matched host name")
            return True
    return False


def _leads_to_client(scope: Scope, name: bytes) -> bool:
    """Whether the name has the client's address."""
    shown = name.decode("latin-1")
    say(scope, f"getting IP address for {shown}")
    addresses, _ = addresses_of(scope, name, dns_only=True)
    if scope.connection.host_address not in addresses:
        return False
    say(scope, f"IP address for {shown} matches calling address")
    return True
