"""Two `message` modifiers without a condition between them: the first one is never used.

Bad (acl):

    deny message = first
         message = second

Good (acl):

    deny message = first
         domains = a.example
         message = second
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax.acl_nodes import Condition, Modifier


@rule("duplicate-message", group="acl", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """`message` and `log_message` that another one of the kind follows before any condition."""
    for _, _, statement in survey.statements:
        pending: dict[str, Modifier] = {}
        for node in statement.conditions:
            if isinstance(node, Condition):
                pending.clear()
            elif node.name in ("message", "log_message"):
                if node.name in pending and statement.verb != "warn":
                    first = pending[node.name]
                    yield Finding(f"this {node.name} is never used: another one follows", first.text, first.span)
                pending[node.name] = node
