"""An address from an expansion in a list that is separated by colons.

An IPv6 address is several items then, and matches nothing.

Bad (transport):

    t1:
      driver = smtp
      hosts_require_auth = $host_address

Good (transport):

    t1:
      driver = smtp
      hosts_require_auth = <; $host_address
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

ADDRESSES = ("host_address", "sender_host_address", "interface_address", "received_ip_address", "sending_ip_address")


@rule("expansion-may-contain-colons", group="lists", severity="warning", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """Lists of hosts with such a variable as an item, separated by colons."""
    for use, items in survey.lists("host"):
        if items.separator != ":":
            continue
        for item in items.items:
            found = re.fullmatch(r"\$\{?(\w+)\}?", use.source(item.pattern))
            if found is not None and found[1] in ADDRESSES:
                plain = len(items.items) == 1 and not items.changed
                edit = use.edit(Span(0, 0), "<; ") if plain else None
                fix = Fix("begin the list with <;", (edit,)) if edit else None
                message = f"${found[1]} may be an IPv6 address, and colons separate the items here"
                yield use.finding(item.pattern, message, help="begin the list with <;", fix=fix)
