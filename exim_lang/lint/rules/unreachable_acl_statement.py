"""A statement behind one that always decides.

A statement without conditions ends the ACL, whatever follows.

Bad (acl):

    accept
    deny message = never

Good (acl):

    deny message = never
         sender_domains = bad.example
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.statements import always_decides
from exim_lang.lint.survey import Survey


@rule("unreachable-acl-statement", group="acl", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """The first statement behind each that always decides."""
    for acl in survey.config.acls.values():
        ending = None
        for statement in acl.statements:
            if ending is not None:
                where = ending.place
                message = f"this is never reached: the {ending.verb} in line {where.line} has no conditions"
                yield Finding(message, statement.text, statement.span, witness=survey.reach_witness(acl, ending))
                break
            if always_decides(statement):
                ending = statement
