"""From host names to IP addresses, as host lists need them (specification section 10.12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.syntax.list_items import address_number
from exim_lang.world.dns import DnsAnswer

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


def ask(scope: Scope, name: bytes, record: str) -> DnsAnswer:
    """A DNS query; a temporary error counts as "no such name" where `dns_again_means_nonexist` says so."""
    from exim_lang.lists.match import check_list

    answer = scope.world.dns(name, record)
    if answer.status == "again":
        option = "dns_again_means_nonexist"
        text = scope.config.text(option)
        # The list itself may need the DNS: Exim does not ask it while it is being asked.
        if text is not None and option not in scope.caches:
            scope.caches[option] = True
            try:
                if check_list(scope, "domain", name, text, option=option) is not None:
                    return DnsAnswer("nomatch")
            finally:
                del scope.caches[option]
    return answer


def addresses_of(scope: Scope, name: bytes, *, dns_only: bool = False) -> tuple[list[bytes], bool]:
    """The IP addresses of a host name, and whether some could not be found out now.

    As the resolver does it: /etc/hosts first, unless `dns_only`, then the DNS. IPv6 is left out with `disable_ipv6`, and
    for names in `dns_ipv4_lookup`.
    """
    from exim_lang.lists.match import check_list

    ipv6 = not scope.config.option("disable_ipv6")
    if ipv6:
        text = scope.config.text("dns_ipv4_lookup")
        ipv6 = check_list(scope, "domain", name, text, option="dns_ipv4_lookup") is None
    if not dns_only:
        wanted = name.lower().rstrip(b".")
        listed = [a for a, names in scope.world.hosts_file() if wanted in (other.lower() for other in names)]
        found = [a for a in listed if address_number(a) is not None and (ipv6 or b":" not in a)]
        if found:
            return found, False
    addresses: list[bytes] = []
    deferred = False
    for record in ("AAAA", "A") if ipv6 else ("A",):
        answer = ask(scope, name, record)
        deferred = deferred or answer.status == "again"
        addresses += [record.data for record in answer.records if isinstance(record.data, bytes)]
    return addresses, deferred and not addresses
