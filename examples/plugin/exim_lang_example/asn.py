"""asn: which network operator an IPv4 address belongs to.

The file has lines `NETWORK NUMBER NAME`; the key is an address, the value `NUMBER NAME` of the smallest network that
holds it:

    192.0.2.0/24     64496 Example Networks
    192.0.2.128/25   64497 Example Hosting

    ${lookup{$sender_host_address}asn{/etc/exim/networks}{$value}{unknown}}
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, TypeAlias

from exim_lang.search.registry import SearchDeferred, SearchOpenError, lookup_type

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

Networks: TypeAlias = list[tuple[IPv4Network, bytes]]


def _read(scope: Scope, file: bytes) -> Networks:
    """The networks in the file, smallest first. Files are read through the world, so `--root` and fixtures hold."""
    try:
        lines = scope.world.read_file(file).splitlines()
    except OSError as error:
        raise SearchOpenError(f"failed to open {file.decode('latin-1')} for asn lookup: {error.strerror}") from error
    networks = []
    for line in lines:
        network, _, operator = line.partition(b" ")
        if network:
            networks.append((IPv4Network(network.decode()), operator.strip()))
    return sorted(networks, key=lambda entry: -entry[0].prefixlen)


@lookup_type("asn", kind="single-key", open=_read)
def asn(scope: Scope, networks: Networks, key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """The operator, None for an address in no network; what is no address cannot be looked up."""
    try:
        address = IPv4Address(key.decode("latin-1"))
    except ValueError as error:
        raise SearchDeferred(f"asn lookup: {error}") from error
    return next((operator for network, operator in networks if address in network), None)
