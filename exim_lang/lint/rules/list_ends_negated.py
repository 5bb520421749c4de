"""A list whose last item is negated: everything that is not named in it matches.

That is what Exim does, and often what is meant; `hosts = !10.0.0.1` alone holds for the whole Internet.

Bad (acl):

    accept hosts = !10.0.0.1
    deny

Good (acl):

    accept hosts = !10.0.0.1 : 192.0.2.0/24
    deny
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

VERBS = ("accept", "discard")


@rule("list-ends-negated", group="lists", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Lists of nothing but negated items, in statements that let something pass."""
    for use, items in survey.lists("domain", "host", "address", "localpart"):
        if use.statement is None or use.statement.verb not in VERBS or getattr(use.node, "negated", False):
            continue
        if items.items and all(item.negated for item in items.items) and use.name in ("hosts", "senders", "sender_domains"):
            message = "everything matches that is not named here, because the last item is negated"
            yield use.finding(items.items[-1].span, message)
