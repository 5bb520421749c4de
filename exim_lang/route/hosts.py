"""From host and domain names to hosts with addresses, as routers look them up (specification chapters 17, 20 and 21).

Hosts that are equally good come in the order of the answer: nothing is chosen at random.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from exim_lang.expand.dns_lookup import dns_lookup, name_is_allowed
from exim_lang.expand.ip_address import ip_version
from exim_lang.lists.interfaces import local_addresses
from exim_lang.lists.match import check_host, check_list
from exim_lang.records import dataclass, field
from exim_lang.route.address import Host
from exim_lang.source.text import Text
from exim_lang.world.dns import DnsAnswer, Mx, Srv

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

Found: TypeAlias = Literal["found", "local", "failed", "again", "insecure", "ignored"]
"""What came of a search: "local" is found, and is this host."""


@dataclass(slots=True)
class Search:
    """What the search for a host depends on; the lists are options of the router. `no_mx_on_failure`: mx_fail_domains."""

    scope: Scope
    ignore: Text | None = None
    by_mx: bool = False
    by_address: bool = True
    service: tuple[bytes, ...] = ()
    ipv4_only: bool = False
    ipv4_prefer: bool = False
    srv_fail_domains: Text | None = None
    mx_fail_domains: Text | None = None
    dnssec_request: Text | None = None
    dnssec_require: Text | None = None
    wants_dnssec: bool = field(default=False, init=False)
    needs_dnssec: bool = field(default=False, init=False)
    aliases: tuple[bytes, ...] = field(default=(), init=False)
    """Those that the last address was found behind."""

    def say(self, line: str) -> None:
        if self.scope.debug is not None:
            self.scope.debug(line)


@dataclass(slots=True)
class Result:
    """The hosts in the order in which they are tried. `removed`: this host was among them, and is gone with all behind it."""

    found: Found
    hosts: list[Host]
    removed: bool = False
    bad_name: bool = False
    full_name: bytes = b""
    """The name under which Exim goes on with the domain: of several aliases in a row, the last; else empty."""


def _in(scope: Scope, name: bytes, items: Text | None) -> bool:
    return items is not None and check_list(scope, "domain", name, items, numeric=False) is not None


def find_by_dns(search: Search, name: bytes) -> Result:
    """Looks for the SRV, MX and address records of `name`, those that `search` asks for, in this order.

    A result without an address has one host that says why; its name is empty where the domain says that it takes no mail.
    """
    scope = search.scope
    search.needs_dnssec = _in(scope, name, search.dnssec_require)
    search.wants_dnssec = search.needs_dnssec or _in(scope, name, search.dnssec_request)
    missing = Host(name)
    bad_name = not name_is_allowed(scope, name, "A")
    hosts: list[Host] | None = None
    full_name = b""
    for service in search.service:
        answer = dns_lookup(scope, b"_" + service + b"._tcp." + name, "SRV")
        insecure = answer.status == "found" and search.needs_dnssec and not answer.authentic
        if (answer.status in ("again", "fail") or insecure) and not _in(scope, name, search.srv_fail_domains):
            return Result("again", [missing])
        if answer.status == "found" and not insecure:
            hosts = _from_srv(answer)
            break
    if hosts is None and search.by_mx:
        answer = dns_lookup(scope, name, "MX")
        if answer.status == "nomatch":
            return Result("failed", [missing], bad_name=bad_name)
        insecure = answer.status == "found" and search.needs_dnssec and not answer.authentic
        if answer.status in ("again", "fail") or insecure:
            if not _in(scope, name, search.mx_fail_domains):
                return Result("insecure" if insecure else "again", [missing])
            search.say(f"DNS_{answer.status.upper()} treated as DNS_NODATA (domain in mx_fail_domains)")
        elif answer.status == "found":
            hosts = _from_mx(answer)
            full_name = _full_name(answer.aliases)
    if hosts is None:
        return _by_address_records(search, name, missing, bad_name)
    result = _addresses_for_all(search, hosts)
    result.full_name = full_name
    return result


def _by_address_records(search: Search, name: bytes, missing: Host, bad_name: bool) -> Result:
    if not search.by_address:
        search.say("Address records are not being sought")
        return Result("failed", [missing])
    found, hosts = _addresses(search, missing)
    if found != "found":
        return Result("failed" if found == "ignored" else found, [missing], bad_name=bad_name)
    result = scan_for_local(search.scope, hosts)
    result.full_name = _full_name(search.aliases)
    return result


def _full_name(aliases: tuple[bytes, ...]) -> bytes:
    return aliases[-1] if len(aliases) > 1 else b""


def _from_mx(answer: DnsAnswer) -> list[Host]:
    """One host for each name, with the lowest preference that it is given."""
    hosts: dict[bytes, Host] = {}
    for record in sorted((r.data for r in answer.records if isinstance(r.data, Mx)), key=lambda mx: mx.preference):
        hosts.setdefault(record.host.lower(), Host(record.host.strip(b"."), mx=record.preference))
    return list(hosts.values())


def _from_srv(answer: DnsAnswer) -> list[Host]:
    """One host for each name and port; among equal priorities the greater weight goes first."""
    records = [record.data for record in answer.records if isinstance(record.data, Srv)]
    records.sort(key=lambda srv: (srv.priority, -srv.weight))
    hosts: dict[tuple[bytes, int], Host] = {}
    for srv in records:
        host = Host(srv.host.strip(b"."), mx=srv.priority, port=srv.port)
        hosts.setdefault((srv.host.lower(), srv.port), host)
    return list(hosts.values())


def _addresses_for_all(search: Search, named: list[Host]) -> Result:
    """Looks up the addresses of MX or SRV hosts; drops this host and what is not better."""
    scope = search.scope
    if len(named) == 1 and not named[0].name:
        return Result("failed", named)
    allow_ip = bool(scope.config.option("allow_mx_to_ip"))
    outcome: Found = "failed"
    hosts: list[Host] = []
    for host in named:
        if not host.name:
            continue
        if allow_ip and ip_version(host.name):
            ignored = is_ignored(search, host.name, host.name)
            found: Found = "ignored" if ignored else "found"
            host.address = None if ignored else host.name
            there = [host]
        else:
            found, there = _addresses(search, host)
        if found == "found":
            hosts += there
            continue
        host.usable = False
        host.why = {"again": "deferred", "insecure": "insecure", "ignored": "ignored"}.get(found, "failed")
        if found in ("again", "insecure"):
            outcome = found
        if found != "ignored":
            hosts.append(host)
    if not hosts:
        return Result(outcome, [Host(named[0].name, mx=named[0].mx, usable=False, why="ignored")])
    first, second = (4, 6) if search.ipv4_prefer else (6, 4)
    order = {first: 0, second: 1}
    hosts.sort(key=lambda host: (host.mx, order.get(ip_version(host.address or b""), 0)))
    seen: set[tuple[bytes, int]] = set()
    unique = []
    for host in hosts:
        if host.address is None or (host.address, host.port) not in seen:
            unique.append(host)
        if host.address is not None:
            seen.add((host.address, host.port))
    result = scan_for_local(scope, unique)
    if result.found == "failed":
        result.found = outcome
    return result


def is_ignored(search: Search, name: bytes, address: bytes) -> bool:
    """Whether `ignore_target_hosts` names the host."""
    if search.ignore is None:
        return False
    option = "ignore_target_hosts"
    if check_host(search.scope, search.ignore, address=address, name=name, option=option) is None:
        return False
    search.say(f"ignored host {name.decode('latin-1')} [{address.decode('latin-1')}]")
    return True


def _record_types(search: Search, name: bytes) -> tuple[str, ...]:
    """The types of address records that are asked for, the preferred ones first."""
    scope = search.scope
    if search.ipv4_only or scope.config.option("disable_ipv6") or _in(scope, name, scope.config.text("dns_ipv4_lookup")):
        return ("A",)
    return ("A", "AAAA") if search.ipv4_prefer else ("AAAA", "A")


def _addresses(search: Search, host: Host) -> tuple[Found, list[Host]]:
    """The host once for each of its addresses in the DNS."""
    scope = search.scope
    hosts: list[Host] = []
    again = insecure = any_records = False
    if ip_version(host.name):
        return "failed", []  # a name of digits and dots is no name
    for kind in _record_types(search, host.name):
        answer = dns_lookup(scope, host.name, kind)
        again = again or answer.status in ("again", "fail")
        if answer.status != "found":
            continue
        if search.wants_dnssec:
            scope.process.facts["lookup_dnssec_authenticated"] = b"yes" if answer.authentic else b"no"
        if search.needs_dnssec and not answer.authentic:
            search.say(f"dnssec fail on {kind} for {host.name[:256].decode('latin-1')}")
            insecure = True
            continue
        any_records = True
        search.aliases = answer.aliases
        for record in answer.records:
            address = record.data
            if not isinstance(address, bytes) or is_ignored(search, host.name, address):
                continue
            if any(other.address == address for other in hosts):
                continue
            name = host.name if record.name.lower() == host.name.lower() else record.name
            hosts.append(Host(name, address, host.mx, host.port))
    if hosts:
        host.name, host.address = hosts[0].name, hosts[0].address
        return "found", hosts
    if insecure:
        return "insecure", []
    if any_records:
        return "ignored", []
    return ("again" if again else "failed"), []


def find_by_name(search: Search, name: bytes) -> Result:
    """Looks a host up as the resolver of the system does: an IP address is itself, then /etc/hosts, then the DNS."""
    scope = search.scope
    missing = Host(name)
    if ip_version(name):
        if is_ignored(search, name, name):
            return Result("failed", [missing])
        return scan_for_local(scope, [Host(name, name)])
    types = _record_types(search, name)
    wanted = name.lower()
    listed = [(address, names[0]) for address, names in scope.world.hosts_file() if wanted in (n.lower() for n in names)]
    pairs = [pair for pair in listed if ip_version(pair[0]) == 4 or (ip_version(pair[0]) == 6 and "AAAA" in types)]
    again = False
    if not pairs:
        for kind in types:
            answer = dns_lookup(scope, name, kind)
            again = again or answer.status in ("again", "fail")
            pairs += [(record.data, record.name) for record in answer.records if isinstance(record.data, bytes)]
    if not pairs:
        return Result("again" if again else "failed", [missing])
    if pairs[0][1].lower() != wanted:
        name = pairs[0][1]
    hosts = [Host(name, address) for address, _ in pairs if not is_ignored(search, name, address)]
    return scan_for_local(scope, hosts) if hosts else Result("failed", [missing])


def scan_for_local(scope: Scope, hosts: list[Host]) -> Result:
    """Looks for this host, by its addresses and by `hosts_treat_as_local`.

    Where it is not the best, it and all that are not better are taken from the list.
    """
    own = local_addresses(scope)
    treat_as_local = scope.config.text("hosts_treat_as_local")
    keep = 0
    found: Found = "failed"
    for number, host in enumerate(hosts):
        local = _in(scope, host.name, treat_as_local) or host.address == b"0.0.0.0" or host.address in own
        if local:
            if not keep:
                return Result("local", hosts)
            return Result(found, hosts[:keep], removed=True)
        if host.address is not None:
            found = "found"
        if number + 1 == len(hosts) or hosts[number + 1].mx != host.mx:
            keep = number + 1
    return Result(found, hosts)


_PORT = re.compile(rb"(.*?)::?([0-9]+)", re.DOTALL)


def split_port(item: bytes) -> tuple[bytes, int]:
    """`name:port`, `[address]:port` or `address` as name and port; -1 without a port."""
    if item.startswith(b"[") and b"]" in item:
        address, _, rest = item[1:].partition(b"]")
        digits = rest.lstrip(b":")
        return address, int(digits) if digits.isdigit() else -1
    if ip_version(item):
        return item, -1
    match = _PORT.fullmatch(item)
    return (match[1], int(match[2])) if match is not None and match[1] else (item, -1)
