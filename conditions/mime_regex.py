"""The condition `mime_regex`: regular expressions on a MIME part (specification chapter 45.4)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import condition
from exim_lang.acl.scanning import by_fixture


@condition("mime_regex")
def mime_regex(check: Check) -> bool:
    """Whether a pattern is found in the decoded part. Answered by fixtures."""
    return by_fixture(check)
