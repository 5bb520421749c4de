"""`${authresults{id}}`: an Authentication-Results: header line (specification section 11.5, RFC 8601)."""

from __future__ import annotations

from exim_lang.expand.registry import item
from exim_lang.expand.scope import Scope
from exim_lang.taint import join


@item("authresults", 1, scope=True)
def authresults(scope: Scope, identifier: bytes) -> bytes:
    """What is known of the client and the message; a check that was not made is not mentioned."""
    pieces = [b"Authentication-Results: ", identifier, *_reverse_lookup(scope), *_authentication(scope), *_spf(scope)]
    return join([*pieces, *_noted(scope)])


def _reverse_lookup(scope: Scope) -> list[bytes]:
    connection = scope.connection
    if connection.host_name:
        found = [b";\n\tiprev=pass (", connection.host_name, b")"]
    elif connection.host_lookup_deferred:
        found = [b";\n\tiprev=temperror"]
    elif connection.host_lookup_failed:
        found = [b";\n\tiprev=fail"]
    else:
        return []
    return [*found, b" smtp.remote-ip=", connection.host_address] if connection.host_address else found


def _authentication(scope: Scope) -> list[bytes]:
    connection = scope.connection
    if not connection.authenticated_by:
        return []
    from exim_lang.model.driver_checks import public_name  # only for clients that have proved who they are

    driver = scope.config.driver("authenticator", connection.authenticated_by.decode("latin-1"))
    name = public_name(driver).encode("latin-1") if driver is not None else connection.authenticated_by
    found = [b";\n\tauth=pass (", name]
    found += [b") smtp.auth=", connection.authenticated_id] if connection.authenticated_id else [b", no id saved)"]
    sender = scope.message.authenticated_sender
    return [*found, b" smtp.mailfrom=", sender] if sender else found


def _spf(scope: Scope) -> list[bytes]:
    facts = scope.message.facts
    result = facts.get("spf_result")
    if not result:
        return []
    found = [b";\n\tspf=", result]
    if facts.get("spf_result_guessed", b"no") not in (b"", b"no"):
        found.append(b" (best guess record for domain)")
    domain = (scope.message.sender or b"").rpartition(b"@")[2]
    if domain:
        return [*found, b" smtp.mailfrom=", domain]
    return [*found, b" smtp.helo=", scope.connection.helo_name or b""]


def _noted(scope: Scope) -> list[bytes]:
    """What the checks of a message's content left to be said: facts called `authresults_dkim`, ..., parts of the line."""
    facts = scope.message.facts
    return [facts[name] for name in ("authresults_dkim", "authresults_dmarc", "authresults_arc") if facts.get(name)]
