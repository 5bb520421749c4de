"""The condition `authenticated`: by which authenticator the client proved itself (specification chapter 44.26)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import condition
from exim_lang.lists.match import check_list


@condition("authenticated")
def authenticated(check: Check) -> bool:
    """Whether the client has authenticated, by one of the authenticators of the list."""
    name = check.scope.connection.authenticated_by
    return bool(name) and check_list(check.scope, "string", name, check.text) is not None
