"""DNS lookups as Exim's dns.c does them: names checked, answers kept for the session, options obeyed (chapter 14).

`dns_check_names_pattern` refuses names, `dns_again_means_nonexist` turns temporary errors into absence, and an address is
turned round for a PTR lookup.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from exim_lang.expand import regex
from exim_lang.expand.ip_address import ip_version
from exim_lang.records import replace
from exim_lang.taint import untainted
from exim_lang.world.dns import DnsAnswer, Srv

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

_SERVICE_TYPES: Final = ("SRV", "TLSA")


def dns_lookup(scope: Scope, name: bytes, type: str, *, any_name: bool = False) -> DnsAnswer:
    """Asks for records of one type ("A", "MX", ...); raises ClosedWorld when nobody may answer.

    With `any_name`, `dns_check_names_pattern` does not count.
    """
    cache = scope.caches.setdefault("dns", {})
    if not isinstance(cache, dict):
        raise TypeError("the DNS cache is a dict")
    slot = (bytes(name).lower(), type)
    known: tuple[DnsAnswer, float] | None = cache.get(slot)
    if known is not None and (known[1] == 0 or known[1] > scope.world.now()):
        return known[0]
    answer = _ask(scope, untainted(name), type, any_name)
    cache[slot] = (answer, scope.world.now() + answer.ttl if answer.ttl else 0.0)
    return answer


def _ask(scope: Scope, name: bytes, type: str, any_name: bool) -> DnsAnswer:
    if not any_name and not name_is_allowed(scope, name, type):
        if scope.debug is not None:
            scope.debug(f"DNS name syntax check failed: {name.decode('latin-1')} ({type})")
        return DnsAnswer("nomatch")
    answer = scope.world.dns(name, type)
    if answer.status == "again" and _again_means_nonexist(scope, name):
        if scope.debug is not None:
            scope.debug(f"{name.decode('latin-1')} is in dns_again_means_nonexist: returning DNS_NOMATCH")
        return replace(answer, status="nomatch")
    return answer


def name_is_allowed(scope: Scope, name: bytes, type: str) -> bool:
    """Whether `dns_check_names_pattern` lets a query for that name pass; PTR and TXT are not checked."""
    if type in ("PTR", "TXT"):
        return True
    text = scope.config.text("dns_check_names_pattern")
    pattern = text.encode() if text is not None else b""
    if not pattern:
        return True
    if type in _SERVICE_TYPES:  # the service and the protocol begin with an underscore
        name = name.split(b".", 2)[2] if name.count(b".") >= 2 else b""
    return regex.compile(pattern).search(name) is not None


def _again_means_nonexist(scope: Scope, name: bytes) -> bool:
    text = scope.config.text("dns_again_means_nonexist")
    if text is None:
        return False

    # A list that needs the DNS itself would ask for ever.
    if scope.caches.get("dns again"):
        return False
    scope.caches["dns again"] = True
    try:
        return scope.match_list(scope, "domain", name, scope.expand(text)) is not None
    finally:
        scope.caches["dns again"] = False


def reversed_name(address: bytes) -> bytes:
    """The name under which the PTR record of an IP address stands."""
    version = ip_version(address)
    if version == 4:
        return b".".join(reversed(address.split(b"."))) + b".in-addr.arpa"
    import socket  # few strings need it

    packed = socket.inet_pton(socket.AF_INET6, address.partition(b"%")[0].decode("ascii"))
    return ".".join(reversed(packed.hex())).encode() + b".ip6.arpa"


def enclosing_lookup(scope: Scope, name: bytes, type: str) -> DnsAnswer:
    """The records of the name, or of the nearest domain around it that has some: for zone NS, and for SOA."""
    while True:
        answer = dns_lookup(scope, name, type)
        if answer.status not in ("nomatch", "nodata"):
            return answer
        _, _, name = name.partition(b".")
        if not name:
            return replace(answer, status="nomatch")


def csa_lookup(scope: Scope, name: bytes) -> tuple[DnsAnswer, bytes]:
    """Looks for a Client SMTP Authorization record (section 44.52), and the name under which one was found."""
    answer = dns_lookup(scope, b"_client._smtp." + name, "SRV")
    nothing = replace(answer, status="nomatch", records=())
    if answer.status in ("found", "again"):
        return answer, name
    dot = name.rfind(b".")
    # Where the name itself does not exist Exim 4.96 looks no further, whatever zone the authority section names.
    if dot == -1 or answer.status == "nomatch":
        return nothing, name
    limit = scope.config.option("dns_csa_search_limit")
    tries = limit if isinstance(limit, int) else 5
    step = 0
    for arpa, width in ((b".in-addr.arpa", 0), (b".ip6.arpa", 8)):
        if name.lower().endswith(arpa) and len(name) > len(arpa):
            dot, tries, step = len(name) - len(arpa), 3, width
    for _ in range(tries):
        dot = dot - step if step else name.rfind(b".", 0, dot)
        if dot <= 0:
            return nothing, name
        parent = name[dot + 1 :]
        found = dns_lookup(scope, b"_client._smtp." + parent, "SRV")
        if found.status == "again":
            return found, parent
        for record in found.records:
            if isinstance(record.data, Srv) and record.data.priority == 1 and record.data.port & 1:
                return found, parent
    return nothing, name
