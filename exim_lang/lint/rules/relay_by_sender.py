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
from exim_lang.lint.relay import relay_paths
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("relay-by-sender", group="security", severity="critical")
def check(survey: Survey) -> Iterator[Finding]:
    """Statements that accept for every domain by the sender's address."""
    for path in relay_paths(survey):
        if "sender" in path.choices:
            index = next(index for index, reason in path.reasons.items() if reason.choice == "sender")
            node = path.statement.conditions[index]
            message = "whoever says such a sender address may send mail anywhere"
            yield Finding(message, node.text, node.span, "accept by authentication, or by hosts")
