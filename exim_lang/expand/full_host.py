"""How a client is written: `$sender_fullhost` and more for logs, `$sender_rcvhost` for Received: lines."""

from __future__ import annotations

from exim_lang.expand.host_name import same_address
from exim_lang.expand.ip_address import ip_version
from exim_lang.expand.options import log_selected
from exim_lang.expand.scope import Scope
from exim_lang.expand.state import Connection
from exim_lang.taint import Tainted


def sender_fullhost(scope: Scope) -> bytes | None:
    """`name (helo) [address]:port` without what is not known or says the same; None without a client."""
    connection = scope.connection
    if not connection.host_address:
        return None
    address = _address(connection, _port(scope))
    helo = connection.helo_name
    if connection.host_name is None:
        return Tainted(b"(%b) %b" % (helo, address) if helo is not None else address)
    if helo is not None and _helo_tells(connection, helo):
        return Tainted(b"%b (%b) %b" % (connection.host_name, helo, address))
    return Tainted(connection.host_name + b" " + address)


def sender_rcvhost(scope: Scope) -> bytes | None:
    """`name ([address]:port helo=... ident=...)`, or the address first when the name is not known; None without a client."""
    connection = scope.connection
    if not connection.host_address:
        return None
    port = _port(scope)
    helo = connection.helo_name
    words: list[bytes] = []
    if helo is not None and _helo_tells(connection, helo):
        words.append(b"helo=" + helo)
    if connection.ident is not None:
        words.append(b"ident=" + connection.ident)
    if connection.host_name is None:
        if port:
            words.insert(0, b"port=%d" % port)
        result = _address(connection, 0)
        if words:
            result += b" (" + b" ".join(words) + b")"
        return Tainted(result)
    words.insert(0, _address(connection, port))
    # All three make a long line of a Received: header, which is folded here.
    gap = b"\n\t" if len(words) == 3 else b" "
    return Tainted(connection.host_name + gap + b"(" + b" ".join(words) + b")")


def host_and_ident(scope: Scope, *, flag: bool = True) -> str:
    """Who the client is: `H=` (with `flag`), host, interface and ident, as log lines say it."""
    connection = scope.connection
    if not connection.host_address:
        ident = connection.ident.decode("latin-1") if connection.ident else "unknown"
        return f"U={ident}" if flag else ident
    line = (sender_fullhost(scope) or b"").decode("latin-1")
    if flag:
        line = "H=" + line
    if connection.interface_address and log_selected(scope, "incoming_interface"):
        line += f" I=[{connection.interface_address.decode('latin-1')}]:{connection.interface_port}"
    if connection.ident:
        line += " U=" + connection.ident.decode("latin-1")
    return line


def _port(scope: Scope) -> int:
    """The port, where the log is to show it; else 0."""
    port = scope.connection.host_port
    return port if port > 0 and log_selected(scope, "incoming_port") else 0


def _address(connection: Connection, port: int) -> bytes:
    return b"[%b]:%d" % (connection.host_address, port) if port else b"[%b]" % connection.host_address


def _helo_tells(connection: Connection, helo: bytes) -> bool:
    """Whether the argument of HELO is neither the address of the client nor its name."""
    if helo.startswith(b"[") and helo.endswith(b"]"):
        literal = helo[1:-1]
        if literal[:5].lower() in (b"ipv6:", b"ipv4:"):
            literal = literal[5:]
        if ip_version(literal) and same_address(literal, connection.host_address):
            return False
    return connection.host_name is None or connection.host_name.lower() != helo.lower()
