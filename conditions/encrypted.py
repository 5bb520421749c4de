"""The condition `encrypted`: which cipher protects the connection (specification chapter 44.26)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import condition
from exim_lang.lists.match import check_list


@condition("encrypted")
def encrypted(check: Check) -> bool:
    """Whether the connection is encrypted, with one of the ciphers of the list."""
    cipher = check.scope.connection.tls_in.cipher
    return bool(cipher) and check_list(check.scope, "string", cipher, check.text) is not None
