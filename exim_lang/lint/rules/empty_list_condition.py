"""A condition with an empty list, which never matches.

`hosts =` is never true; `hosts = :` matches mail that does not come over TCP, `senders = :` the empty sender.

Bad (acl):

    deny hosts =
    accept

Good (acl):

    deny hosts = 192.0.2.0/24
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax.acl_nodes import Condition

NAMES = ("domains", "hosts", "senders", "sender_domains", "recipients", "local_parts", "dnslists", "authenticated", "encrypted")


@rule("empty-list-condition", group="acl", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Conditions without anything behind the "="."""
    for use in survey.of("acl", *NAMES):
        node = use.node
        if isinstance(node, Condition) and not use.text.string.strip() and not node.negated:
            yield Finding(f"{node.name} without anything is never true", node.text, node.span)
