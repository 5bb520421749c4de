"""Which IP addresses are this host's own: the item `@[]`, and MX records that point here (specification chapter 13)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from exim_lang.expand.options import option
from exim_lang.expand.string_list import split_list
from exim_lang.syntax.list_items import address_number

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

_CACHE: Final = "local addresses"
_PORT: Final = re.compile(rb"\[([^\]]*)\](?::[0-9]+)?|([0-9]+(?:\.[0-9]+){3})\.[0-9]+|(.*)", re.DOTALL)


def local_addresses(scope: Scope) -> frozenset[bytes]:
    """The addresses that `local_interfaces` and `extra_local_interfaces` name; all-zero ones stand for the real interfaces."""
    known = scope.caches.get(_CACHE)
    if isinstance(known, frozenset):
        return known
    default = b"0.0.0.0" if scope.config.option("disable_ipv6") else b"<; ::0 ; 0.0.0.0"
    names = [*split_list(option(scope, "local_interfaces") or default)]
    names += split_list(option(scope, "extra_local_interfaces"))
    found: set[bytes] = set()
    for name in names:
        address = _without_port(name)
        read = address_number(address)
        if read is None:
            continue
        bits, number = read
        if number:
            found.add(address)
        else:
            found.update(there for there in scope.world.interfaces() if (b":" in there) == (bits == 128))
    addresses = scope.caches[_CACHE] = frozenset(found)
    return addresses


def _without_port(item: bytes) -> bytes:
    """The address of `address`, `address.port`, `[address]` or `[address]:port`; an IPv6 one has its port behind a dot."""
    match = _PORT.fullmatch(item)
    address: bytes = item if match is None else match[1] or match[2] or match[3] or b""
    if b":" in address and address_number(address) is None:
        address = address.rpartition(b".")[0]
    return address
