"""A lookup in a list of hosts looks for the name of the host, not for its address.

`lsearch;/file` needs the host's name, from the reverse DNS; `net-lsearch;/file` looks for its address.

Bad (acl):

    accept hosts = lsearch;/etc/exim4/relay_ips
    deny

Good (acl):

    accept hosts = net-iplsearch;/etc/exim4/relay_ips
    deny
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span
from exim_lang.syntax.list_items import ItemKind

ADDRESSES = re.compile(r"ip|net|addr", re.IGNORECASE)


@rule("hosts-lsearch-without-net", group="lists", severity="warning", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Single-key lookups without `net-` in files that are called after addresses, or with iplsearch."""
    for use, items in survey.lists("host"):
        for item in items.items:
            if item.kind is not ItemKind.LOOKUP or item.lookup is None:
                continue
            name, file = item.lookup
            if not file.startswith("/") or not (name.startswith("iplsearch") or ADDRESSES.search(file.rpartition("/")[2])):
                continue
            edit = use.edit(Span(item.pattern.start, item.pattern.start), "net-")
            fix = Fix("look for addresses", (edit,), safe=False) if edit else None
            message = f'this looks for the name of the host: "net-{name.removeprefix("net-")}" looks for its address'
            yield use.finding(item.pattern, message, help="write net- in front, or net-iplsearch for networks", fix=fix)
