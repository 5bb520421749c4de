"""The condition `verify`, and its tests of the connection (specification chapter 44.26)."""

from __future__ import annotations

from exim_lang.acl.check import AclError, Check
from exim_lang.acl.facts import remember
from exim_lang.acl.helo import verify_helo
from exim_lang.acl.phases import in_dialect, spoken
from exim_lang.acl.registry import VERIFICATIONS, condition, verification
from exim_lang.acl.trace import say
from exim_lang.acl.verdict import Result
from exim_lang.errors import Deferred
from exim_lang.expand.host_name import look_up_host_name
from exim_lang.expand.string_list import split_list
from exim_lang.syntax.acl_names import acl_facts

_SLASH = ord("/")


@condition("verify")
def verify(check: Check) -> bool | Result:
    """Finds the test that the argument starts with, whether it may be used here, and makes it."""
    parts = list(split_list(check.value, _SLASH))
    name = _name_of(check, parts)
    fact = acl_facts().get(("verify", name))
    shown = check.value.decode("latin-1")
    if fact is not None and not fact.flag and b"/" in check.value:
        raise AclError(f"unexpected '/' found in \"{shown}\" (this verify item has no options)")
    if fact is not None and not fact.allowed_in(check.phase, check.scope.config.dialect.version):
        raise AclError(f"cannot verify {name} in ACL for {spoken(check.phase)}")
    messages = check.messages
    try:
        return VERIFICATIONS[name](check, parts)
    finally:
        if messages.user is not None:
            remember(check.scope, "acl_verify_message", messages.user)
        if check.verb == "warn":
            messages.user = None


def _name_of(check: Check, parts: list[bytes]) -> str:
    """The name of the test; `sender` may have an equals sign behind it."""
    first = parts[0].lower().decode("latin-1") if parts else ""
    if first.startswith("sender") and first[6:].lstrip(" \t\n\v\f\r")[:1] in ("", "="):
        return "sender"
    fact = acl_facts().get(("verify", first))
    known = first in VERIFICATIONS and in_dialect(fact, check.scope.config.dialect)
    if not known or first == "sender":
        raise bad_verify(check)
    return first


def bad_verify(check: Check) -> AclError:
    """What Exim says of an argument that it does not understand."""
    return AclError(
        'expected "sender[=address]", "recipient", "helo", "header_syntax", "header_sender", "header_names_ascii" or '
        f'"reverse_host_lookup" at start of ACL condition "verify {check.value.decode("latin-1")}"'
    )


@verification("certificate")
def certificate(check: Check, parts: list[bytes]) -> bool:
    """Whether the client showed a certificate that was verified."""
    if check.scope.connection.tls_in.certificate_verified:
        return True
    check.messages.user = b"no verified certificate"
    return False


@verification("helo")
def helo(check: Check, parts: list[bytes]) -> bool:
    """Whether the name in HELO belongs to the client."""
    connection = check.scope.connection
    if not connection.helo_verified and not connection.helo_verify_failed:
        verify_helo(check.scope)
    return connection.helo_verified


@verification("reverse_host_lookup")
def reverse_host_lookup(check: Check, parts: list[bytes]) -> bool:
    """Whether the client's address has a name that leads back to it; `defer_ok` takes "not now" for yes."""
    connection = check.scope.connection
    if not connection.host_address or connection.host_name:
        return True
    reason = ""
    if not connection.host_lookup_failed:
        say(check.scope, "looking up host name to force name/address consistency check")
        look_up_host_name(check.scope)
        if connection.host_name:
            return True
        reason = " for reverse lookup check"
        if connection.host_lookup_deferred:
            if any(part.lower() == b"defer_ok" for part in parts[1:]):
                return True
            raise Deferred(f"host lookup deferred{reason}")
    detail = connection.host_lookup_message.decode("latin-1")
    check.messages.log = f"host lookup failed{reason}{detail}".encode("latin-1")
    return False
