"""The message of `require` stands behind the condition that it explains.

A condition that fails ends the statement; what is behind it has not been looked at, so the message is not used.

Bad (acl):

    require verify = recipient
            message = unknown user
    accept

Good (acl):

    require message = unknown user
            verify = recipient
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.statements import ACTIONS
from exim_lang.lint.survey import Survey
from exim_lang.syntax.acl_nodes import Condition, Modifier


@rule("require-message-after-condition", group="acl", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """`message` and `log_message` with no condition behind them."""
    for _, _, statement in survey.statements:
        if statement.verb != "require":
            continue
        last = -1
        for index, node in enumerate(statement.conditions):
            if isinstance(node, Condition) and node.name not in ACTIONS:
                last = index
        for node in statement.conditions[last + 1 :] if last >= 0 else ():
            if isinstance(node, Modifier) and node.name in ("message", "log_message"):
                yield Finding(
                    f"this {node.name} is never used: no condition of the require comes behind it",
                    node.text,
                    node.span,
                    "put it in front of the condition",
                )
