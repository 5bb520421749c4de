"""The condition `dkim_status`: what became of a DKIM signature (specification chapter 58.3)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import condition
from exim_lang.acl.scanning import by_fixture
from exim_lang.dkim.verify import signatures_of
from exim_lang.expand.string_list import split_list
from exim_lang.lists.match import check_list


@condition("dkim_status")
def dkim_status(check: Check) -> bool:
    """Whether the status of the signature is in the list; behind the DKIM ACL, whether that of any is.

    A fixture of this kind goes before what verification says.
    """
    scope = check.scope
    if scope.world.fixtures.knows(check.name, bytes(check.value)):
        return by_fixture(check)
    known = scope.message.facts.get("dkim_verify_status")
    statuses = list(split_list(known)) if known else [one.outcome.status.encode() for one in signatures_of(scope)] or [b"none"]
    return any(check_list(scope, "string", status, check.text) is not None for status in statuses)
