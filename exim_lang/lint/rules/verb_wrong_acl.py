"""A verb in an ACL that runs at a time when it cannot be used.

`discard` needs a message, or a recipient, that can be thrown away.

Bad (aclconn):

    discard

Good (acl):

    discard senders = bad@example.net
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.acl.phases import MESSAGE_PHASES, spoken
from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("verb-wrong-acl", group="acl", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """`discard` where no message is received, `drop` where there is no connection to drop."""
    for acl, _, statement in survey.statements:
        for phase in sorted(survey.direct_phases[acl.name]):
            wrong = statement.verb == "discard" and phase not in MESSAGE_PHASES
            if wrong or (statement.verb == "drop" and phase == "MAILAUTH"):
                message = f'"{statement.verb}" verb not allowed in {spoken(phase)} ACL'
                yield Finding(message, statement.text, statement.span)
                break
