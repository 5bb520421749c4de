"""The transport `smtp`: hosts, their ports, and what is demanded of them (specification chapter 30)."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from exim_lang.errors import ExpansionError, ForcedFailure
from exim_lang.expand.ip_address import ip_version
from exim_lang.expand.string_list import split_list
from exim_lang.lists.match import check_host
from exim_lang.route.address import Host
from exim_lang.route.hosts import Search, find_by_dns, find_by_name, split_port
from exim_lang.taint import is_tainted, untainted
from exim_lang.transport.copy import Frame, make_copy, recipients_of
from exim_lang.transport.delivery import HostsTarget, Target, TargetHost, Tls
from exim_lang.transport.registry import UNKNOWN_HOST, Job, Refused, transport_driver
from exim_lang.transport.stapling import choose_stapled, stapled

SERVICES = {"smtp": 25, "lmtp": 24, "smtps": 465, "ssmtp": 465, "submissions": 465, "submission": 587}
"""Ports that have a name here even without /etc/services."""


@transport_driver("smtp")
def smtp(job: Job) -> Target:
    """The hosts of the router or of the option `hosts`, each with its port."""
    override = job.flag("hosts_override") and job.transport.text("hosts") is not None
    hosts = job.address.hosts
    if override or not hosts:
        hosts = _own_hosts(job)
    protocol = job.string("protocol")
    default = _port(job, protocol)
    state = job.address.state
    targets: list[TargetHost] = []
    proofs: list[int] = []
    for host in hosts:
        state.host, state.host_address = host.name, host.address
        state.host_port = host.port if host.port != -1 else default
        target = _target(job, host, state.host_port, protocol)
        targets.append(target)
        proofs.append(stapled(job, target))
    if hosts:
        state.host, state.host_address = hosts[0].name, hosts[0].address
        state.host_port = targets[0].port
    if proofs:
        job.scope.connection.tls_out = replace(job.scope.connection.tls_out, ocsp=choose_stapled(job, targets, proofs))
    helo = job.option_value("helo_data", "helo_data") or b""
    interface = job.option_value("interface", "interface option") if job.transport.text("interface") is not None else None
    job.copy = make_copy(job, Frame(check=b".", escape=b"..", crlf=True), "remote host")
    return HostsTarget(
        tuple(targets),
        protocol,
        recipients_of(job),
        bytes(helo),
        bytes(interface or b""),
        bool(job.transport.option("hosts_randomize")),
    )


def _own_hosts(job: Job) -> list[Host]:
    """The hosts of the option, looked up."""
    text = job.transport.text("hosts")
    if text is None:
        raise Refused(f"{job.name} transport called with no hosts set", panic=True)
    try:
        value = job.expand(text)
    except ExpansionError as error:
        message = f'failed to expand list of hosts "{text}" in {job.name} transport: {error.message}'
        raise Refused(message, panic=not isinstance(error, ForcedFailure)) from error
    if is_tainted(value):
        shown = value.decode("latin-1")
        message = f"attempt to use tainted host list '{shown}' from '{text}' in transport {job.name}"
        job.scope.log.append(("panic", message))
        raise Refused(message if job.scope.config.dialect.version >= (4, 97) else "internal configuration error", panic=True)
    found: list[Host] = []
    for item in split_list(value):
        if item and item != b"+":
            found += _looked_up(job, untainted(item))
    return found


def fallback_hosts(job: Job, target: HostsTarget) -> HostsTarget:
    """The target with the hosts of `fallback_hosts`: the router's list is used rather than that of the transport."""
    router = job.address.router
    text = router.text("fallback_hosts") if router is not None else None
    text = text or job.transport.text("fallback_hosts")
    if text is None:
        return target
    hosts = [host for item in split_list(text.encode()) if item and item != b"+" for host in _looked_up(job, item)]
    default = _port(job, target.protocol)
    targets = (_target(job, host, host.port if host.port != -1 else default, target.protocol) for host in hosts)
    return replace(target, fallback=tuple(targets))


def _looked_up(job: Job, item: bytes) -> list[Host]:
    name, port = split_port(item)
    search = Search(
        job.scope,
        dnssec_request=job.transport.text("dnssec_request_domains"),
        dnssec_require=job.transport.text("dnssec_require_domains"),
    )
    by_name = ip_version(name) or job.flag("gethostbyname")
    if name.lower().endswith(b"/mx"):
        name, search.by_mx = name[:-3], True
    result = find_by_name(search, name) if by_name else find_by_dns(search, name)
    shown = name.decode("latin-1")
    match result.found:
        case "failed" | "ignored" | "insecure":
            raise Refused(f"failed to lookup IP address for {shown}", UNKNOWN_HOST)
        case "again":
            return [Host(name, None, port=port, usable=False, why="deferred")]
        case "local":
            if not job.flag("allow_localhost"):
                message = f'{job.name} transport found host {shown} to be local'
                raise Refused(message)
    for host in result.hosts:
        host.port = port if port != -1 else host.port
    return result.hosts


def _port(job: Job, protocol: str) -> int:
    text = job.transport.text("port")
    if "port" not in job.transport.settings:
        return {"lmtp": 24, "smtps": 465}.get(protocol, 25)
    assert text is not None, "an empty one is refused when it is read"
    try:
        value = bytes(job.expand(text)).strip()
    except ExpansionError as error:
        message = f'failed to expand "{text}" ("port" option) for {job.name} transport: {error.message}'
        raise Refused(message, panic=True) from error
    if value.isdigit():
        return int(value)
    found = _service(job, value)
    if found is None:
        raise Refused(f'TCP port "{value.decode("latin-1")}" is not defined for {job.name} transport', panic=True)
    return found


def _service(job: Job, name: bytes) -> int | None:
    try:
        content = job.scope.world.read_file(b"/etc/services")
    except OSError:
        content = b""
    for line in content.splitlines():
        words = line.partition(b"#")[0].split()
        if len(words) > 1 and words[1].endswith(b"/tcp") and name in (words[0], *words[2:]):
            return int(words[1][:-4])
    return SERVICES.get(name.decode("latin-1"))


def _target(job: Job, host: Host, port: int, protocol: str) -> TargetHost:
    tls: Tls = "tried"
    if protocol == "smtps":
        tls = "on connect"
    elif _listed(job, host, "hosts_require_tls"):
        tls = "required"
    elif _listed(job, host, "hosts_avoid_tls"):
        tls = "avoided"
    dane = _pair(job, host, "hosts_require_dane", "hosts_try_dane") if tls != "avoided" else ""
    if dane == "required":
        tls = "required"
    return TargetHost(
        bytes(host.name),
        None if host.address is None else bytes(host.address),
        port,
        tls,
        _pair(job, host, "hosts_require_auth", "hosts_try_auth"),
        host.mx,
        _pair(job, host, "tls_verify_hosts", "tls_try_verify_hosts") if tls != "avoided" else "",
        dane,
        _pair(job, host, "hosts_require_ocsp", "hosts_request_ocsp") if tls != "avoided" else "",
        "tried" if len(job.addresses) > 1 and protocol != "lmtp" and _listed(job, host, "hosts_try_prdr") else "",
    )


def _pair(job: Job, host: Host, required: str, tried: str) -> Literal["required", "tried", ""]:
    if _listed(job, host, required):
        return "required"
    return "tried" if _listed(job, host, tried) else ""


def _listed(job: Job, host: Host, option: str) -> bool:
    if job.transport.fact(option) is None:
        return False
    text = job.transport.text(option)
    if text is None or host.address is None:
        return text is not None and text.string.strip() == "*"
    return check_host(job.scope, text, address=host.address, name=host.name, option=option) is not None
