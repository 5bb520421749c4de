"""A refusal without a message.

The sender is told "Administrative prohibition", and nothing else.

Bad (acl):

    deny domains = a.example
    accept

Good (acl):

    deny domains = a.example
         message = this domain takes no mail
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("deny-without-message", group="delivery", severity="style")
def check(survey: Survey) -> Iterator[Finding]:
    """`deny`, `drop` and `require` with conditions and no `message`."""
    for _, _, statement in survey.statements:
        names = {node.name for node in statement.conditions}
        if statement.verb in ("deny", "drop", "require") and names and not names & {"message", "verify", "acl"}:
            yield Finding(f"this {statement.verb} tells the sender nothing", statement.text, statement.span, "add message")
