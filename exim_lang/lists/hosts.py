"""Matching a host against one pattern of a host list (specification sections 10.10 to 10.19)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from exim_lang.errors import ExpansionError
from exim_lang.lists.forward import addresses_of
from exim_lang.lists.interfaces import local_addresses
from exim_lang.lists.lookups import lookup_type, run_lookup
from exim_lang.lists.options import primary_hostname
from exim_lang.lists.result import ItemDeferred, Unknown
from exim_lang.lists.strings import StringCheck
from exim_lang.lists.trouble import fatal, log, trace, version_of
from exim_lang.records import dataclass, field
from exim_lang.search.search import parse_lookup_type
from exim_lang.syntax.list_items import (
    SPACES,
    ItemKind,
    Kind,
    address_number,
    bad_ip,
    classify,
    net_prefix,
    network,
)
from exim_lang.taint import like

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

_MAPPED = 0xFFFF  # the upper 96 bits of an IPv6 address that stands for an IPv4 one


@dataclass(slots=True)
class HostCheck:
    """A host that patterns are tried on.

    `name` None stands for the client, whose name is looked up when a pattern needs it; an empty name allows nothing but
    the address (`match_ip`). An empty address is no host at all.
    """

    scope: Scope
    address: bytes
    name: bytes | None = None
    metadata: bool = False
    value: bytes | None = None
    kind: Kind = field(default="host", init=False)

    @property
    def key(self) -> bytes:
        """What results are remembered by."""
        return self.address

    def use_case(self) -> None:
        """Names and addresses of hosts have no case."""

    def test(self, pattern: bytes) -> bool:
        """Whether the host matches; `value` is set by lookups and names. Raises ItemDeferred, Unknown."""
        scope = self.scope
        any_mask = version_of(scope) < (4, 98)
        kind = classify("host", pattern, any_mask=any_mask, utf8=bool(scope.config.option("allow_utf8_domains")))
        if kind is ItemKind.ANY:
            return True
        if not self.address:
            return not pattern
        match kind:
            case ItemKind.EMPTY:
                return False
            case ItemKind.INTERFACES:
                return self.address in local_addresses(scope)
            case ItemKind.IP | ItemKind.NETWORK:
                return self._in_network(pattern, any_mask)
            case ItemKind.BAD_IP:
                return self._bad_ip(pattern)
            case ItemKind.NET_LOOKUP:
                mask, rest = net_prefix(pattern) or (None, pattern)
                return self._look_up(like(rest, pattern), mask)
            case _ if self.name == b"":
                if b";" in pattern and not pattern.startswith(b"net"):
                    return self._look_up(pattern, None)
                # Exim forgets to say what is wrong with the name of this host.
                raise Unknown("NULL" if kind is ItemKind.SELF else "cannot match host name in match_ip list")
            case ItemKind.SELF:
                return self._forward(primary_hostname(scope))
            case ItemKind.HOST_NAME:
                return self._forward(pattern)
            case _:
                return self._by_name(pattern)

    def _in_network(self, pattern: bytes, any_mask: bool) -> bool:
        wanted = network(pattern, any_mask=any_mask)
        own = unmapped(self.address)
        if wanted is None or own is None:
            return False
        bits, number, length = wanted
        return own[0] == bits and own[1] >> bits - length == number >> bits - length

    def _bad_ip(self, pattern: bytes) -> bool:
        shown = (bad_ip(pattern) or b"").decode("latin-1")
        if version_of(self.scope) >= (4, 98):
            raise Unknown(f"malformed IPv{6 if b':' in pattern else 4} address or address mask: {shown}")
        if b":" not in pattern:
            raise Unknown("malformed IPv4 address or address mask")
        if self.name == b"":
            raise Unknown("cannot match host name in match_ip list")
        return self._by_name(pattern)

    def _look_up(self, pattern: bytes, mask: int | None) -> bool:
        """A lookup whose key is the address, masked; a type that takes a query is free to use it or not."""
        name, _, rest = pattern.partition(b";")
        plain = name.partition(b",")[0]
        try:
            if plain.startswith(b"partial") or b"*" in plain:
                raise ExpansionError(f'unknown lookup type "{plain.decode("latin-1")}"')
            search = parse_lookup_type(name, self.scope.config.dialect)
        except ExpansionError as error:
            raise fatal(self.scope, error.message) from error
        key = address_key(self.address, mask, b":" if search.name == "iplsearch" else b".")
        found = run_lookup(self.scope, search, like(rest.lstrip(SPACES), pattern), key)
        self.value = found.value if found is not None else None
        return found is not None

    def _forward(self, name: bytes) -> bool:
        """A whole host name: its addresses are looked up and compared."""
        addresses, deferred = addresses_of(self.scope, name)
        if deferred:
            raise ItemDeferred
        if not addresses:
            raise Unknown(f"failed to find IP address for {name.decode('latin-1')}")
        # Here it is the other way round: a client with a mapped IPv4 address is none of these.
        client = address_number(self.address.partition(b"%")[0])
        return any(unmapped(address) == client for address in addresses)

    def _by_name(self, pattern: bytes) -> bool:
        if self.name is not None:
            return self._matches_name(self.name, pattern)
        if b";" in pattern:
            try:
                search, _ = lookup_type(self.scope, pattern)
            except ExpansionError as error:
                shown = pattern.decode("latin-1")
                log(self.scope, f'{error.message} in host list item "{shown}"', panic=True)
                raise ItemDeferred(error.message) from error
            if search.takes_query:
                return self._matches_name(b"", pattern)
        return any(self._matches_name(name, pattern) for name in self._client_names(pattern))

    def _client_names(self, pattern: bytes) -> tuple[bytes, ...]:
        """The name of the client and its aliases, looked up if they are not known yet."""
        from exim_lang.expand.host_name import look_up_host_name

        connection = self.scope.connection
        if connection.host_name is None:
            trace(self.scope, f"sender host name required, to match against {pattern.decode('latin-1')}")
            if not connection.host_lookup_failed:
                look_up_host_name(self.scope)
            if connection.host_name is None:
                raise Unknown(f"failed to find host name for {connection.host_address.decode('latin-1')}")
        return (connection.host_name, *connection.host_aliases)

    def _matches_name(self, name: bytes, pattern: bytes) -> bool:
        lowered = like(name.lower(), name)
        check = StringCheck(self.scope, "string", lowered, name, before=None, at_special=True)
        matched = check.test(pattern)
        self.value = check.value
        return matched


@lru_cache(maxsize=256)
def unmapped(address: bytes) -> tuple[int, int] | None:
    """The number of bits and the address as a number; an IPv4 address in IPv6 form counts as what it stands for."""
    read = address_number(address.partition(b"%")[0])
    if read is not None and read[0] == 128 and read[1] >> 32 == _MAPPED:
        return 32, read[1] & 0xFFFFFFFF
    return read


def address_key(address: bytes, mask: int | None, separator: bytes) -> bytes:
    """The text of an address as a lookup key: masked, the mask behind a slash; IPv6 in full, with `separator`.

    A mask longer than the address masks nothing, but is written all the same (section 10.13).
    """
    read = address_number(address.partition(b"%")[0])
    if read is None:
        return address
    bits, number = read
    if mask is not None and mask < bits:
        number = number >> (bits - mask) << (bits - mask)
    packed = number.to_bytes(bits // 8)
    if bits == 32:
        text = b".".join(b"%d" % byte for byte in packed)
    else:
        text = separator.join(b"%02x%02x" % (packed[at], packed[at + 1]) for at in range(0, 16, 2))
    return text if mask is None else b"%s/%d" % (text, mask)
