"""The domain list items `@mx_any`, `@mx_primary` and `@mx_secondary` (specification section 10.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.lists.forward import addresses_of, ask
from exim_lang.lists.interfaces import local_addresses
from exim_lang.lists.result import ItemDeferred
from exim_lang.syntax.list_items import address_number, mx_pattern
from exim_lang.world.dns import Mx

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


def matches_mx(scope: Scope, domain: bytes, pattern: bytes) -> bool:
    """Whether the MX records of `domain` point to this host as `pattern` says; raises ItemDeferred.

    "primary": a record with the lowest preference does; "secondary": only others do; "any": one does.
    """
    what, ignored = mx_pattern(pattern) or ("any", None)
    position = _position_of_local(scope, domain, ignored)
    match what:
        case "primary":
            return position == "first"
        case "secondary":
            return position == "behind"
        case _:
            return position != ""


def _position_of_local(scope: Scope, domain: bytes, ignored: bytes | None) -> str:
    """Where the first MX that is this host stands: "first" (lowest preference), "behind" others, or "" for none."""
    answer = ask(scope, domain, "MX")
    if answer.status == "again":
        raise ItemDeferred(f'DNS lookup of "{domain.decode("latin-1")}" deferred')
    records = sorted((data for data in (r.data for r in answer.records) if isinstance(data, Mx)), key=lambda mx: mx[0])
    hosts = [(mx, *_addresses(scope, mx.host, ignored)) for mx in records if mx.host.strip(b".")]
    # A null MX (a dot) is no host: the domain takes no mail.
    again = any(deferred for _, _, deferred in hosts)
    usable = False
    for mx, addresses, _ in hosts:
        if _treated_as_local(scope, mx.host) or not local_addresses(scope).isdisjoint(addresses):
            if mx.preference == hosts[0][0].preference:
                return "first"
            if usable or not again:
                return "behind"
            break
        usable = usable or bool(addresses)
    if again and not usable:
        raise ItemDeferred(f'DNS lookup of "{domain.decode("latin-1")}" deferred')
    return ""


def _treated_as_local(scope: Scope, host: bytes) -> bool:
    from exim_lang.lists.match import check_list

    option = "hosts_treat_as_local"
    text = scope.config.text(option)
    return text is not None and check_list(scope, "domain", host, text, option=option) is not None


def _addresses(scope: Scope, host: bytes, ignored: bytes | None) -> tuple[list[bytes], bool]:
    """The addresses of an MX host that are not to be ignored, and whether the DNS could not tell."""
    from exim_lang.lists.match import check_host

    if address_number(host) is not None:
        found, deferred = ([host] if scope.config.option("allow_mx_to_ip") else []), False
    else:
        found, deferred = addresses_of(scope, host, dns_only=True)
    if ignored is not None:
        found = [address for address in found if check_host(scope, ignored, address=address, name=b"") is None]
    return found, deferred
