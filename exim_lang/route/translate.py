"""The option `translate_ip_address`: other addresses for the hosts that a router has found (specification section 15.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.errors import ExpansionError, ForcedFailure
from exim_lang.expand.ip_address import ip_version
from exim_lang.route.address import Host
from exim_lang.route.hosts import Search, find_by_name

if TYPE_CHECKING:
    from exim_lang.route.registry import Run


def translate_addresses(run: Run) -> str:
    """Replaces the addresses of all hosts; a text is why that cannot be done."""
    address = run.address
    text = run.router.text("translate_ip_address")
    if text is None:
        return ""
    hosts: list[Host] = []
    saved = address.state.host_address
    try:
        for host in address.hosts:
            if host.address is None:
                hosts.append(host)
                continue
            address.state.host_address = host.address
            try:
                new = bytes(run.expand(text))
            except ForcedFailure:
                hosts.append(host)
                continue
            except ExpansionError as error:
                return f"translate_ip_address expansion failed: {error.message}"
            shown = f"{host.name.decode('latin-1')} [{host.address.decode('latin-1')}]"
            if ip_version(new):
                host.address = new
                hosts.append(host)
                continue
            found = find_by_name(Search(run.scope), new)
            if found.found not in ("found", "local"):
                return f"host {new.decode('latin-1')} not found when translating {shown}"
            hosts += found.hosts
    finally:
        address.state.host_address = saved
    address.hosts = hosts
    return ""
