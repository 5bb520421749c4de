"""Conditions of one statement that cannot be true together.

All conditions of a statement must hold: `domains = a` and `domains = b` never do.

Bad (acl):

    deny domains = a.example
         domains = b.example
    accept

Good (acl):

    deny domains = a.example : b.example
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax.acl_nodes import Condition
from exim_lang.syntax.list import ListItem
from exim_lang.syntax.list_items import ItemKind

PLAIN = (ItemKind.PLAIN, ItemKind.HOST_NAME, ItemKind.DOMAIN, ItemKind.IP)
NAMES = ("domains", "sender_domains", "hosts", "local_parts", "senders", "recipients")


@rule("contradictory-conditions", group="acl", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Two conditions of the same name with plain items, none of which is in both; and TCP conditions with none."""
    for _, _, statement in survey.statements:
        seen: dict[str, frozenset[str]] = {}
        for node in statement.conditions:
            if not isinstance(node, Condition) or node.negated or node.name not in NAMES:
                continue
            items = survey.use_of(node).items
            if items is None or not items.items or not all(map(_plain, items.items)):
                continue
            texts = frozenset(one.text.lower() for one in items.items)
            earlier = seen.get(node.name)
            if earlier is not None and not earlier & texts:
                message = f"this is never true together with the {node.name} before it"
                yield Finding(message, node.text, node.span, "all conditions must hold: put the items into one list")
            seen[node.name] = texts


def _plain(item: ListItem) -> bool:
    return item.kind in PLAIN and item.constant and not item.negated
