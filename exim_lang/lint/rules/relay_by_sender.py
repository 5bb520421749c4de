"""Whoever says the right sender address may relay.

Anybody can say any sender address.

Bad (acl):

    accept sender_domains = example.org
    deny

Good (acl):

    accept authenticated = *
    deny
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.relay import relay_by_choice
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("relay-by-sender", group="security", severity="critical")
def check(survey: Survey) -> Iterator[Finding]:
    """Statements that accept for every domain by the sender's address."""
    return relay_by_choice(survey, "sender", "whoever says such a sender address may send mail anywhere")
