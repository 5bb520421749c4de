"""What routers and transports, events and verification set (specification section 11.9)."""

from __future__ import annotations

from exim_lang.expand.registry import variable
from exim_lang.expand.scope import Scope
from exim_lang.expand.variable_table import facts

facts(
    (
        "callout_address",
        "event_data",
        "event_name",
        "host_data",
        "mailstore_basename",
        "recipient_data",
        "recipient_verify_failure",
        "sender_data",
        "sender_verify_failure",
        "sending_ip_address",
        "verify_mode",
    )
)
facts(("acl_verify_message",))
facts(
    (
        "tpda_defer_errno",
        "tpda_defer_errstr",
        "tpda_delivery_confirmation",
        "tpda_delivery_domain",
        "tpda_delivery_fqdn",
        "tpda_delivery_ip",
        "tpda_delivery_local_part",
        "tpda_delivery_port",
    ),
    tainted=True,
)
facts(("event_defer_errno", "inode"), b"0")
facts(("sending_port",), b"-1")


def _fact(scope: Scope, name: str) -> bytes | None:
    return scope.message.facts.get(name)


@variable("host")
def host(scope: Scope) -> bytes | None:
    if scope.address is not None and scope.address.host is not None:
        return scope.address.host
    return _fact(scope, "host")


@variable("host_address")
def host_address(scope: Scope) -> bytes | None:
    if scope.address is not None and scope.address.host_address is not None:
        return scope.address.host_address
    return _fact(scope, "host_address")


@variable("host_port")
def host_port(scope: Scope) -> bytes:
    return b"%d" % (scope.address.host_port if scope.address is not None else 0)
