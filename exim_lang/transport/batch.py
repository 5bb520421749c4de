"""Which addresses a transport gets together (specification chapters 25 and 30)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from exim_lang.errors import ExpansionError
from exim_lang.expand.state import Address
from exim_lang.route.address import RoutedAddress, is_local

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import Driver

_LOCAL_PART = ("$local_part", "${local_part")
_DOMAIN = ("$domain", "${domain")


def batches(scope: Scope, addresses: Sequence[RoutedAddress]) -> list[list[RoutedAddress]]:
    """The runs of transports that the addresses need, in order; every address has a transport."""
    runs: list[list[RoutedAddress]] = []
    for address in addresses:
        transport = address.transport
        assert transport is not None, "it was routed to one"
        limit = _most(scope, transport, address)
        for run in runs:
            if len(run) < limit and run[0].transport is transport and _fits(scope, transport, run[0], address):
                run.append(address)
                break
        else:
            runs.append([address])
    return runs


def _most(scope: Scope, transport: Driver, address: RoutedAddress) -> int:
    """How many addresses fit into one run."""
    if is_local(transport):
        if address.reply is not None or transport.fact("batch_max") is None:
            return 1
        limit = transport.option("batch_max")
        if not isinstance(limit, int) or limit <= 1 or _uses(transport, _LOCAL_PART):
            return 1
        return limit
    text = transport.text("max_rcpt")
    try:
        value = scope.expand(text) if text is not None else b"100"
    except ExpansionError:
        value = b"100"
    limit = int(value) if value.isdigit() else 100
    return limit if limit > 0 else 1 << 30


def _uses(transport: Driver, names: tuple[str, ...]) -> bool:
    """Whether an option of the transport refers to one of the variables."""
    return any(name in setting.text.string for setting in transport.settings.values() for name in names)


def _fits(scope: Scope, transport: Driver, one: RoutedAddress, other: RoutedAddress) -> bool:
    same = (
        one.errors_to == other.errors_to
        and one.headers_add == other.headers_add
        and one.headers_remove == other.headers_remove
        and one.address_text == other.address_text
    )
    if not same:
        return False
    same_domain = one.state.domain.lower() == other.state.domain.lower()
    if is_local(transport):
        if one.router is not other.router and (one.router is None or other.router is None):
            return False
        if not same_domain and _uses(transport, _DOMAIN):
            return False
        hosts = [address.hosts[0].name if address.hosts else b"" for address in (one, other)]
        return hosts[0] == hosts[1] and _batch_id(scope, transport, one) == _batch_id(scope, transport, other)
    key = [[(host.name.lower(), host.port, host.mx) for host in address.hosts] for address in (one, other)]
    return key[0] == key[1] and (same_domain or bool(transport.option("multi_domain")))


def _batch_id(scope: Scope, transport: Driver, address: RoutedAddress) -> object:
    """What `batch_id` comes to; an expansion that fails keeps the address alone."""
    text = transport.text("batch_id")
    if text is None:
        return None
    saved: Address | None = scope.address
    scope.address = address.state
    try:
        return bytes(scope.expand(text))
    except ExpansionError:
        return object()
    finally:
        scope.address = saved
