"""Whether a certificate is for the host that was asked, as LDAP clients check it (RFC 4513 section 3.1.3)."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any


def is_for_host(certificate: Mapping[str, Any], host: str) -> bool:
    """Whether `certificate`, as SSLSocket.getpeercert() gives it, names `host`: a name, or an IP address as text.

    The common name counts where there are no alternative names of the kind. `*` may stand for the first component.
    """
    try:
        address = str(ipaddress.ip_address(host))
    except ValueError:
        address = ""
    wanted = "IP Address" if address else "DNS"
    names = [value for kind, value in certificate.get("subjectAltName", ()) if kind == wanted]
    if address:
        return address in [str(ipaddress.ip_address(name.strip())) for name in names]
    if not names:
        parts = (part for group in certificate.get("subject", ()) for part in group)
        names = [value for kind, value in parts if kind == "commonName"]
    host = host.lower().rstrip(".")
    return any(name == host or (name[:2] == "*." and name[1:] == host[host.find(".") :]) for name in map(str.lower, names))
