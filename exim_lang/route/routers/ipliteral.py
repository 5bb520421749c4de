"""The router `ipliteral`: addresses such as `user@[192.0.2.1]` (specification chapter 18)."""

from __future__ import annotations

from exim_lang.expand.ip_address import ip_version
from exim_lang.route.address import Host, Outcome
from exim_lang.route.common import accept, search_options, self_action
from exim_lang.route.hosts import is_ignored, scan_for_local
from exim_lang.route.registry import Run, router_driver
from exim_lang.taint import untainted


@router_driver("ipliteral")
def ipliteral(run: Run) -> Outcome:
    """Routes to the host whose IP address stands in brackets; declines everything else."""
    domain = untainted(run.domain)
    if not (domain.startswith(b"[") and domain.endswith(b"]")):
        return "decline"
    ip = domain[1:-1]
    if ip[:5].lower() in (b"ipv6:", b"ipv4:"):
        ip = ip[5:]
    if not ip_version(ip):
        return "decline"
    if is_ignored(search_options(run), domain, ip):
        return run.fail_with("decline", "IP literal host explicitly ignored")
    result = scan_for_local(run.scope, [Host(domain, ip)])
    if result.found == "local":
        outcome = self_action(run, result.hosts[0])
        if outcome != "ok":
            return outcome
    run.address.hosts = result.hosts
    return accept(run)
