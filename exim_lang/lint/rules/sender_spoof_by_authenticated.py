"""Whoever has logged in may send as anybody.

`control = submission` puts in, or checks, who sent the mail.

Bad (acl):

    accept authenticated = *
    deny

Good (acl):

    accept authenticated = *
           control = submission/sender_retain
    deny
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree


@rule("sender-spoof-by-authenticated", group="security", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """`accept authenticated` without `control = submission` and without a look at the sender, in ACLs of RCPT."""
    if any(node.name == "authenticated_id" for _, node in survey.nodes(tree.Variable)):
        return
    for use in survey.of("acl", "authenticated"):
        statement = use.statement
        phases = survey.direct_phases.get(getattr(use.owner, "name", ""), frozenset())
        if statement is None or statement.verb != "accept" or getattr(use.node, "negated", False) or "RCPT" not in phases:
            continue
        if not any(node.name == "control" and "submission" in node.argument.string for node in statement.conditions):
            yield use.finding(use.whole, "whoever has logged in may use any sender address", help="add control = submission")
