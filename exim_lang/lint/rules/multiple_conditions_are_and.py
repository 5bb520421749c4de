"""Several conditions in one statement: all of them must hold.

Bad (acl):

    deny domains = a.example
         sender_domains = b.example
    accept

Good (acl):

    deny domains = a.example
    deny sender_domains = b.example
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax.acl_nodes import Condition

KINDS = ("domains", "sender_domains", "senders", "recipients", "local_parts")


@rule("multiple-conditions-are-and", group="acl", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Statements that refuse, with lists of plain domains or addresses for both sender and recipient and no message."""
    for _, _, statement in survey.statements:
        if statement.verb not in ("deny", "drop") or any(node.name == "message" for node in statement.conditions):
            continue
        nodes = [node for node in statement.conditions if isinstance(node, Condition)]
        if len(nodes) != 2 or nodes[0].name == nodes[1].name or not all(map(_compares, nodes)):
            continue
        if all(use.constant and "+" not in use.constant for use in map(survey.use_of, nodes)):
            message = f"{nodes[0].name} and {nodes[1].name} must both match for this to hold"
            yield Finding(message, nodes[1].text, nodes[1].span)


def _compares(node: Condition) -> bool:
    return node.name in KINDS and not node.negated
