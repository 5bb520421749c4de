"""The client, its greeting, its commands (specification section 11.9)."""

from __future__ import annotations

from typing import Final

from exim_lang.expand.full_host import sender_fullhost, sender_rcvhost
from exim_lang.expand.host_name import host_name
from exim_lang.expand.options import option
from exim_lang.expand.registry import variable
from exim_lang.expand.scope import Scope
from exim_lang.expand.variable_table import facts, flags, numbers, texts

COMMANDS_REMEMBERED: Final = 20

texts(
    (
        ("atrn_host", "connection.atrn_host"),
        ("atrn_mode", "connection.atrn_mode"),
        ("authenticated_fail_id", "connection.authenticated_fail_id"),
        ("authenticated_id", "connection.authenticated_id"),
        ("connection_id", "connection.connection_id"),
        ("interface_address", "connection.interface_address"),
        ("proxy_external_address", "connection.proxy_external_address"),
        ("proxy_host_address", "connection.proxy_local_address"),
        ("proxy_local_address", "connection.proxy_local_address"),
        ("proxy_target_address", "connection.proxy_external_address"),
        ("received_ip_address", "connection.interface_address"),
        ("received_protocol", "connection.received_protocol"),
        ("sender_helo_name", "connection.helo_name"),
        ("sender_host_address", "connection.host_address"),
        ("sender_host_authenticated", "connection.authenticated_by"),
        ("sender_ident", "connection.ident"),
        ("smtp_command", "connection.command"),
        ("smtp_command_argument", "connection.command_argument"),
        ("smtp_notquit_reason", "connection.notquit_reason"),
    )
)
numbers(
    (
        ("authentication_failed", "connection.authentication_failed"),
        ("host_lookup_deferred", "connection.host_lookup_deferred"),
        ("host_lookup_failed", "connection.host_lookup_failed"),
        ("interface_port", "connection.interface_port"),
        ("proxy_external_port", "connection.proxy_external_port"),
        ("proxy_host_port", "connection.proxy_local_port"),
        ("proxy_local_port", "connection.proxy_local_port"),
        ("proxy_target_port", "connection.proxy_external_port"),
        ("received_port", "connection.interface_port"),
        ("sender_host_port", "connection.host_port"),
        ("smtp_count_at_connection_start", "connection.count_at_start"),
    )
)
flags(
    (
        ("proxy_session", "connection.proxy"),
        ("sender_helo_dnssec", "connection.helo_dnssec"),
        ("sender_helo_verified", "connection.helo_verified"),
        ("sender_host_dnssec", "connection.host_dnssec"),
    )
)
facts(("csa_status",))

variable("sender_fullhost")(sender_fullhost)
variable("sender_host_name")(host_name)
variable("sender_rcvhost")(sender_rcvhost)


@variable("smtp_active_hostname")
def smtp_active_hostname(scope: Scope) -> bytes:
    return scope.connection.active_hostname or option(scope, "primary_hostname") or scope.world.host_name


@variable("smtp_command_history")
def smtp_command_history(scope: Scope) -> bytes:
    """Names of commands only, so nothing a client could choose."""
    return b",".join(scope.connection.command_history[-COMMANDS_REMEMBERED:])
