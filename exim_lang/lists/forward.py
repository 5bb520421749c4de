"""From host names to IP addresses, as host lists need them (specification section 10.12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.expand.full_host import sender_fullhost
from exim_lang.expand.options import log_selected
from exim_lang.lists.trouble import log, trace
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
        if option not in scope.caches:
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
        option = "dns_ipv4_lookup"
        text = scope.config.text(option)
        ipv6 = text is None or check_list(scope, "domain", name, text, option=option) is None
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
    if not addresses and not dns_only:
        _say_none(scope, name, deferred)
    return addresses, deferred and not addresses


def _say_none(scope: Scope, name: bytes, deferred: bool) -> None:
    """The trace, and for a permanent failure the log, of a name without addresses."""
    line = f"no IP address found for host {name.decode('latin-1')}"
    if scope.connection.is_smtp and not scope.message.id:
        client = sender_fullhost(scope) or b"local process"
        line += f" (during SMTP connection from {client.decode('latin-1')})"
    trace(scope, line)
    if not deferred and log_selected(scope, "host_lookup_failed", True):
        log(scope, line)
