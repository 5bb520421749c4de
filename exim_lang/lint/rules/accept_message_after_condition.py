"""A message behind `endpass` stands behind the condition that it explains.

Bad (acl):

    accept domains = +local_domains
           endpass
           verify = recipient
           message = unknown user
    deny

Good (acl):

    accept domains = +local_domains
           endpass
           message = unknown user
           verify = recipient
    deny
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax.acl_nodes import Condition


@rule("accept-message-after-condition", group="acl", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Messages of `accept` and `discard` behind the last condition, where `endpass` stands before it."""
    for _, _, statement in survey.statements:
        nodes = statement.conditions
        passes = next((index for index, node in enumerate(nodes) if node.name == "endpass"), None)
        if passes is None or statement.verb not in ("accept", "discard"):
            continue
        last = max((index for index, node in enumerate(nodes) if isinstance(node, Condition)), default=-1)
        for node in nodes[last + 1 :] if last > passes else ():
            if node.name in ("message", "log_message"):
                message = f"this {node.name} is not used when a condition behind endpass fails"
                yield Finding(message, node.text, node.span, "put it in front of the condition")
