"""The name of the client, found from its address (specification section 11.9, `$sender_host_name`).

A name counts only when it leads back to the address.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from exim_lang.expand.dns_lookup import dns_lookup, reversed_name
from exim_lang.expand.options import log_selected, option
from exim_lang.expand.scope import Scope
from exim_lang.expand.string_list import split_list
from exim_lang.taint import taint

Outcome: TypeAlias = Literal["found", "failed", "deferred"]

_LEGAL: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_0123456789")
_NO_NAME: Final = b" (failed to find host name from IP address)"


def host_name(scope: Scope) -> bytes | None:
    """The name of the client, looked up if that was not done yet or could not be completed; None when it has none."""
    connection = scope.connection
    if connection.host_name is None and connection.host_address and not connection.host_lookup_failed:
        look_up_host_name(scope)
    return connection.host_name


def look_up_host_name(scope: Scope) -> Outcome:
    """Looks for the name of the client, and sets name, aliases and what became of it in the connection.

    The mechanisms of `host_lookup_order` are tried in order: `bydns` asks for PTR records, `byaddr` reads /etc/hosts and
    then asks the DNS as the C library does. Raises ClosedWorld where the DNS is not answered.
    """
    connection = scope.connection
    connection.host_name_looked_up = True
    connection.host_dnssec = connection.host_lookup_deferred = connection.host_lookup_failed = False
    connection.host_aliases = ()
    _say(scope, f"looking up host name for {_shown(connection.host_address)}")
    names = _reverse(scope)
    if names is None:
        connection.host_lookup_deferred = True
        return "deferred"
    if not names:
        if log_selected(scope, "host_lookup_failed", True):
            scope.log.append(("main", f"no host name found for IP address {_shown(connection.host_address)}"))
        connection.host_lookup_failed = True
        connection.host_lookup_message = _NO_NAME
        return "failed"
    shown = ["IP address lookup yielded " + f'"{_shown(names[0])}"', *(f'  alias "{_shown(name)}"' for name in names[1:])]
    for line in shown:
        _say(scope, line)
    good: list[bytes] = []
    for name in names:
        leads_back = _leads_back(scope, name)
        if leads_back is None:
            connection.host_lookup_deferred = True
            return "deferred"
        if leads_back:
            good.append(taint(name))
    if good:
        connection.host_name, connection.host_aliases = good[0], tuple(good[1:])
        return "found"
    message = f"{_shown(connection.host_address)} does not match any IP address for {_shown(names[0])}"
    _say(scope, message)
    connection.host_lookup_failed = True
    connection.host_lookup_message = b" (" + message.encode("latin-1") + b")"
    return "failed"


def same_address(one: bytes, other: bytes) -> bool:
    """Whether two texts stand for the same IP address."""
    return _packed(one) == _packed(other)


def _packed(address: bytes) -> bytes | None:
    import socket  # few strings need it

    family = socket.AF_INET6 if b":" in address else socket.AF_INET
    try:
        return socket.inet_pton(family, address.partition(b"%")[0].decode("ascii"))
    except (OSError, UnicodeDecodeError):
        return None


def _reverse(scope: Scope) -> list[bytes] | None:
    """The names that the mechanisms give, in lower case; an empty list for none, None for a temporary error."""
    connection = scope.connection
    asked = False
    for mechanism in split_list(option(scope, "host_lookup_order") or b"bydns:byaddr"):
        match mechanism.lower():
            case b"bydns":
                pass
            case b"byaddr":
                _say(scope, "IP address lookup using gethostbyaddr()")
                for address, names in scope.world.hosts_file():
                    if same_address(address, connection.host_address):
                        return [name.lower() for name in names]
                if asked:
                    continue
            case _:
                continue
        asked = True
        answer = dns_lookup(scope, reversed_name(connection.host_address), "PTR")
        if answer.status == "again":
            _say(scope, "IP address PTR lookup gave temporary error")
            return None
        if answer.status != "found":
            continue
        connection.host_dnssec = answer.authentic
        names = []
        for record in answer.records:
            name = record.data
            if not isinstance(name, bytes) or not name:
                _say(scope, "IP address lookup yielded an empty name: treated as non-existent host name")
            elif not _LEGAL.issuperset(name):
                _say(scope, "IP address lookup yielded an illegal name: treated as non-existent host name")
            else:
                names.append(name.lower())
        if names:
            return names
    return []


def _leads_back(scope: Scope, name: bytes) -> bool | None:
    """Whether `name` has the address of the client; None for a temporary error."""
    connection = scope.connection
    found: list[bytes] = []
    temporary = False
    for kind in _types(scope, name):
        answer = dns_lookup(scope, name, kind)
        if answer.status == "found":
            found += [record.data for record in answer.records if isinstance(record.data, bytes)]
            if not answer.authentic:
                connection.host_dnssec = False
        elif answer.status not in ("nomatch", "nodata"):
            temporary = True
    if not found:
        if temporary:
            _say(scope, "temporary error for host name lookup")
            return None
        _say(scope, f"no IP addresses found for {_shown(name)}")
        return False
    _say(scope, f"checking addresses for {_shown(name)}")
    for address in found:
        if same_address(address, connection.host_address):
            _say(scope, f"  {_shown(address)} OK")
            return True
        _say(scope, f"  {_shown(address)}")
    _say(scope, f"no IP address for {_shown(name)} matched {_shown(connection.host_address)}")
    return False


def _types(scope: Scope, name: bytes) -> tuple[str, ...]:
    """The types of records that are asked for: no IPv6 where `disable_ipv6` or `dns_ipv4_lookup` says so."""
    text = scope.config.text("dns_ipv4_lookup")
    if scope.config.option("disable_ipv6"):
        return ("A",)
    if text is not None:
        from exim_lang.expand.engine import expand  # the engine reads the variables, which read this

        if scope.match_list(scope, "domain", name, expand(text, scope)) is not None:
            return ("A",)
    return ("AAAA", "A")


def _shown(value: bytes) -> str:
    return value.decode("latin-1")


def _say(scope: Scope, line: str) -> None:
    if scope.debug is not None:
        scope.debug(line)
