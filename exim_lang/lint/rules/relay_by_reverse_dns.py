"""Hosts may relay by their names.

Whoever runs the reverse DNS of the addresses decides; each connection needs a lookup, and DNS trouble changes who may
send.

Bad (main):

    hostlist relay_from_hosts = *.example.org

Good (main):

    hostlist relay_from_hosts = 192.0.2.0/24
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax.list_items import ItemKind


@rule("relay-by-reverse-dns", group="security", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Names and wildcards in lists of hosts that are called after relaying."""
    for use, items in survey.lists("host"):
        if use.where != "list" or "relay_from" not in use.name:
            continue
        for item in items.items:
            if item.constant and item.kind in (ItemKind.TAIL, ItemKind.REGEX) and not item.negated:
                yield use.finding(item.pattern, "whoever has this name in the reverse DNS may relay", help="use addresses")
