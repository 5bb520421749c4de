"""The client that strings see: what `:session host=... helo=... from=...` says."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from exim_lang.errors import UsageError
from exim_lang.expand.state import Address
from exim_lang.records import dataclass, field
from exim_lang.smtp.client import address_and_port
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

SETTINGS = {
    "host": "IP[.PORT] of the client",
    "name": "its host name, instead of a DNS lookup",
    "helo": "what it said in EHLO",
    "interface": "IP[.PORT] that it connected to",
    "auth": "who it has proved to be",
    "protocol": "how the message comes: esmtp, esmtpsa, ...",
    "from": "the envelope sender; <> for a bounce",
    "rcpt": "the recipient at hand",
}


@dataclass
class Client:
    """Settings by name, as in SETTINGS; nothing of them is in a scope before `apply`."""

    settings: dict[str, str] = field(default_factory=dict)

    def update(self, settings: dict[str, str], version: tuple[int, int]) -> None:
        """Takes more settings; an empty value takes one back. Raises UsageError."""
        for name, value in settings.items():
            if name not in SETTINGS:
                raise UsageError(f"unknown setting {name!r}; there are {', '.join(SETTINGS)}")
            if name in ("host", "interface") and value and not address_and_port(value, version)[0]:
                raise UsageError(f'"{value}" is not an IP address')
        self.settings |= settings

    def apply(self, scope: Scope) -> None:
        """Writes the settings into a scope. What a client says is tainted."""
        given = {name: os.fsencode(value) for name, value in self.settings.items()}
        if not given:
            return
        connection, message = scope.connection, scope.message
        version = scope.config.dialect.version
        if given.get("host"):
            if not connection.host_address:
                # the caller of a local Exim has said all this so far
                connection.ident, connection.authenticated_id, message.authenticated_sender = b"", b"", b""
                message.sender = None
            address, connection.host_port = address_and_port(self.settings["host"], version)
            connection.host_address = taint(address)
            connection.is_smtp = True
            connection.received_protocol = b"esmtp"
        if given.get("interface"):
            connection.interface_address, connection.interface_port = address_and_port(self.settings["interface"], version)
        if "name" in given:
            connection.host_name = taint(given["name"]) if given["name"] else None
            connection.host_name_looked_up = bool(given["name"])
        if "helo" in given:
            connection.helo_name = taint(given["helo"]) if given["helo"] else None
        if "auth" in given:
            connection.authenticated_id = taint(given["auth"])
        if "protocol" in given:
            connection.received_protocol = given["protocol"]
        if "from" in given:
            message.sender = taint(given["from"].strip(b"<>"))
        if "rcpt" in given:
            scope.address = recipient(given["rcpt"].strip(b"<>")) if given["rcpt"] else None


def recipient(address: bytes) -> Address:
    """The address as the ACL of RCPT sees it."""
    local_part, _, domain = address.rpartition(b"@")
    return Address(
        local_part=taint(local_part.lower()), domain=taint(domain.lower()), caseful_local_part=taint(local_part)
    )
