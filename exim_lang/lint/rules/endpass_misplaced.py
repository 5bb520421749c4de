"""`endpass` where it does nothing, or is not allowed.

It belongs into `accept` and `discard`, in front of conditions: what fails behind it refuses.

Bad (acl):

    deny domains = a
         endpass
    accept

Bad (acl):

    accept domains = +local_domains
           endpass
    deny

Good (acl):

    accept domains = +local_domains
           endpass
           verify = recipient
    deny
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax.acl_nodes import Condition


@rule("endpass-misplaced", group="acl", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses, and `endpass` without a condition behind it."""
    yield from survey.refused('"endpass" is not allowed with')
    for _, _, statement in survey.statements:
        for index, node in enumerate(statement.conditions):
            behind = any(isinstance(other, Condition) for other in statement.conditions[index + 1 :])
            if node.name == "endpass" and statement.verb in ("accept", "discard") and not behind:
                yield Finding("endpass has no effect: no condition comes behind it", node.text, node.span)
