"""Something is done before a condition of the same statement is looked at.

Everything happens in its order: what stands in front of a condition is done also when that is false.

Bad (acl):

    warn control = freeze
         condition = ${if eq{$sender_helo_name}{x}}
    accept

Good (acl):

    warn condition = ${if eq{$sender_helo_name}{x}}
         control = freeze
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.statements import tests
from exim_lang.lint.survey import Survey

EFFECTS = ("control", "add_header", "remove_header", "delay", "queue")
HARMLESS = ("no_callout_flush", "no_delay_flush", "no_pipelining", "debug", "dkim_disable_verify", "dkim_verify", "dk_verify",
            "bmi_run", "caseful_local_part", "caselower_local_part")


@rule("side-effect-before-condition", group="acl", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Controls, headers, delays and queues in front of a condition that is not constant."""
    for _, _, statement in survey.statements:
        conditions = tests(statement)
        if statement.verb == "require" or not conditions:
            continue
        last = statement.conditions.index(conditions[-1])
        for node in statement.conditions[:last]:
            if node.name in EFFECTS and not node.argument.string.startswith(HARMLESS):
                message = f"this {node.name} is done before {conditions[-1].name} is looked at"
                yield Finding(message, node.text, node.span, "put it behind the conditions")
