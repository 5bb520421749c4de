"""The scope that Exim's flags describe: `-oMa`, `-oMs`, `-f`, `-p` and the like."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from exim_lang.errors import UsageError
from exim_lang.taint import taint

CALLER = b"root"  # the login name that this process pretends to run under

if TYPE_CHECKING:
    from exim_lang.cli.exim.flags import Flags
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import Config
    from exim_lang.world.world import World


def world_of(flags: Flags) -> World:
    """The world that the flags open; DNS also by the environment variable EXIM_LANG_DNS."""
    from exim_lang.world.opening import open_world

    dns = flags.dns or os.environ.get("EXIM_LANG_DNS", "") or "offline"
    return open_world(
        dns=dns,
        allow=flags.allow,
        root=flags.root,
        fixtures=flags.fixtures or None,
        record=flags.record,
        strict_quoting=flags.strict_quoting,
    )


def exim_scope(flags: Flags, config: Config) -> Scope:
    """A scope for `-be`, filled from the flags. Values from the command line are tainted, as Exim's are."""
    from exim_lang.acl.scope import new_scope
    from exim_lang.route.late import route_when_asked

    scope = new_scope(config, world_of(flags))
    route_when_asked(scope, callouts=flags.mode_flag != "-bh")
    connection = scope.connection
    scope.process.initial_cwd = os.getcwdb()
    for flag, text in flags.facts.items():
        value = text.encode("latin-1")
        match flag:
            case "oMa":
                address, port = split_port(text)
                connection.host_address, connection.host_port = taint(address.encode("latin-1")), port
            case "oMaa":
                connection.authenticated_by = taint(value)
            case "oMai":
                connection.authenticated_id = taint(value)
            case "oMas":
                scope.message.authenticated_sender = taint(value)
            case "oMi":
                address, port = split_port(text)
                connection.interface_address, connection.interface_port = taint(address.encode("latin-1")), port
            case "oMr":
                connection.received_protocol = taint(value)
            case "oMs":
                connection.host_name = taint(value)
                connection.host_name_looked_up = True
            case "oMt":
                connection.ident = taint(value)
            case "p":
                protocol, _, host = text.partition(":")
                connection.received_protocol = protocol.encode("latin-1")
                if host:
                    connection.host_name = taint(host.encode("latin-1"))
                    connection.host_name_looked_up = True
    if flags.sender is not None:
        sender = taint(flags.sender.strip("<>").encode("latin-1"))
        qualified = not sender or b"@" in bytes(sender)
        scope.message.sender = sender if qualified else sender + b"@" + scope.expand("$qualify_domain")
    else:
        caller_sends(scope)
    connection.ident = CALLER if connection.ident is None else connection.ident
    if flags.sender_name is not None:
        scope.process.sender_name = flags.sender_name.encode("latin-1")
    return scope


def caller_sends(scope: Scope) -> None:
    """Without `-f` a message comes from whoever called Exim."""
    address = CALLER + b"@" + scope.expand("$qualify_domain")
    scope.message.sender = address
    scope.message.authenticated_sender = scope.message.authenticated_sender or address
    scope.connection.authenticated_id = scope.connection.authenticated_id or CALLER


def split_port(text: str) -> tuple[str, int]:
    """`192.0.2.1.25`, `[2001:db8::1]:25` or `2001:db8::1.25` as address and port; 0 without a port."""
    if text.startswith("["):
        address, _, port = text[1:].partition("]:")
        return address.rstrip("]"), number(port)
    if ":" in text:
        address, dot, port = text.rpartition(".")
        return (address, number(port)) if dot else (text, 0)
    parts = text.split(".")
    return (".".join(parts[:4]), number(parts[4])) if len(parts) == 5 else (text, 0)


def number(digits: str) -> int:
    if digits and not digits.isdigit():
        raise UsageError(f'invalid port number "{digits}"')
    return int(digits or "0")
