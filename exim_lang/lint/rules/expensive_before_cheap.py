"""A question to the network in front of a test that needs none.

Conditions are tested in their order, and the first that fails ends the statement.

Bad (acl):

    deny dnslists = zen.spamhaus.org
         domains = +local_domains
    accept

Good (acl):

    deny domains = +local_domains
         dnslists = zen.spamhaus.org
    accept
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.statements import tests
from exim_lang.lint.survey import Survey

DEAR = ("dnslists", "malware", "spam", "dcc")
CHEAP = ("domains", "local_parts", "sender_domains", "senders", "recipients", "authenticated", "encrypted")


@rule("expensive-before-cheap", group="performance", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Statements with such an order of conditions whose lists need no lookup."""
    for _, _, statement in survey.statements:
        conditions = tests(statement)
        for one, next_one in pairwise(conditions):
            callout = one.name == "verify" and "callout" in one.argument.string
            if (one.name in DEAR or callout) and next_one.name in CHEAP and ";" not in next_one.argument.string:
                message = f"{one.name} is asked before {next_one.name}, which costs nothing"
                yield Finding(message, one.text, one.span, f"put {next_one.name} first")
                break
