"""The test `verify = csa`: Client SMTP Authorization (specification chapter 44.52)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.facts import remember
from exim_lang.acl.registry import verification
from exim_lang.acl.verdict import Result
from exim_lang.expand.dns_lookup import csa_lookup, reversed_name
from exim_lang.expand.ip_address import ip_version
from exim_lang.expand.scope import Scope
from exim_lang.lists.forward import ask
from exim_lang.world.dns import Srv

# result, $csa_status and the reason that the client is told
_UNKNOWN: tuple[Result, str, str] = ("ok", "unknown", "unknown")
_OK: tuple[Result, str, str] = ("ok", "ok", "ok")
_DEFER_SRV: tuple[Result, str, str] = ("defer", "defer", "deferred (SRV lookup failed)")
_DEFER_ADDRESS: tuple[Result, str, str] = ("defer", "defer", "deferred (target address lookup failed)")
_EXPLICIT: tuple[Result, str, str] = ("fail", "fail", "failed (explicit authorization required)")
_DOMAIN: tuple[Result, str, str] = ("fail", "fail", "failed (host name not authorized)")
_NO_ADDRESS: tuple[Result, str, str] = ("fail", "fail", "failed (no authorized addresses)")
_MISMATCH: tuple[Result, str, str] = ("fail", "fail", "failed (client address mismatch)")


@verification("csa")
def csa(check: Check, parts: list[bytes]) -> Result:
    """Whether the domain (by default the HELO name) allows this client to send; sets `$csa_status`."""
    given = parts[1] if len(parts) > 1 else b""
    result, status, reason = _authorization(check.scope, given)
    message = f"client SMTP authorization {reason}".encode("ascii")
    check.messages.log = check.messages.user = message
    remember(check.scope, "csa_status", status.encode("ascii"))
    return result


def _authorization(scope: Scope, domain: bytes) -> tuple[Result, str, str]:
    connection = scope.connection
    domain = domain or connection.helo_name or connection.host_address
    if not connection.host_address:
        return _UNKNOWN
    if domain.startswith(b"["):
        domain = domain[1:-1].partition(b":")[2] if b":" in domain else domain[1:-1]
    if ip_version(domain):
        if not scope.config.option("dns_csa_use_reverse"):
            return _UNKNOWN
        domain = reversed_name(domain)
    answer, found = csa_lookup(scope, domain)
    if answer.status in ("nomatch", "nodata"):
        return _UNKNOWN
    if answer.status != "found":
        return _DEFER_SRV
    for record in answer.records:
        data = record.data
        if not isinstance(data, Srv) or data.priority != 1:
            continue
        if found.lower() != domain.lower():
            return _EXPLICIT if data.port & 1 else _UNKNOWN
        if data.weight < 2:
            return _DOMAIN
        if data.weight == 2:
            return _target(scope, data.host)
    return _UNKNOWN


def _target(scope: Scope, host: bytes) -> tuple[Result, str, str]:
    """Whether the host that is authorized has the client's address."""
    address = scope.connection.host_address
    answer = ask(scope, host, "AAAA" if ip_version(address) == 6 else "A")
    if answer.status in ("nomatch", "nodata"):
        return _NO_ADDRESS
    if answer.status != "found":
        return _DEFER_ADDRESS
    return _OK if address in (record.data for record in answer.records) else _MISMATCH
