"""Which hosts an smtp transport tries when one after the other does not take the message (specification section 30.5)."""

from __future__ import annotations

from exim_lang.transport.delivery import HostsTarget, TargetHost
from exim_lang.transport.registry import Job


def hosts_tried(job: Job, hosts: tuple[TargetHost, ...]) -> tuple[TargetHost, ...]:
    """The hosts that are tried in one delivery until the options `hosts_max_try` and `hosts_max_try_hardlimit` are reached.

    No host is taken for one that waits for its retry time. At the limit, Exim still goes on with the next host of another MX.
    """
    most, hard = job.number("hosts_max_try"), job.number("hosts_max_try_hardlimit")
    found: list[TargetHost] = []
    counted = at = 0
    while at < len(hosts) and counted < most and len(found) < hard:
        host = hosts[at]
        at += 1
        if host.address is None:
            continue
        found.append(host)
        counted += 1
        if counted >= most:
            other = next((number for number in range(at, len(hosts)) if hosts[number].mx != host.mx), None)
            if other is not None:
                at, counted = other, counted - 1
    return tuple(found)


def all_tried(job: Job, target: HostsTarget) -> tuple[TargetHost, ...]:
    """The hosts that are tried, and behind them the fallback hosts."""
    return hosts_tried(job, target.hosts) + hosts_tried(job, target.fallback)
