"""Host names in front of addresses.

To compare names Exim must look up the host's name first; where that fails, the list ends there and the addresses behind
are never compared.

Bad (main):

    hostlist relay_from_hosts = *.example.org : 192.0.2.0/24

Good (main):

    hostlist relay_from_hosts = 192.0.2.0/24 : *.example.org
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax.list_items import ItemKind

BY_ADDRESS = (ItemKind.IP, ItemKind.NETWORK, ItemKind.NET_LOOKUP)
BY_NAME = (ItemKind.TAIL, ItemKind.REGEX)


@rule("names-before-addresses", group="lists", severity="warning", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """Wildcards and regular expressions for names with an address behind them, in lists that do not say how to go on."""
    for use, items in survey.lists("host"):
        texts = {item.text for item in items.items}
        if texts & {"+ignore_unknown", "+include_unknown"}:
            continue
        named = next((item for item in items.items if item.kind in BY_NAME), None)
        if named is None:
            continue
        late = [item for item in items.items if item.kind in BY_ADDRESS and item.span.start > named.span.start]
        if late:
            by_address = [item for item in items.items if item.kind in BY_ADDRESS]
            rest = [item for item in items.items if item not in by_address]
            whole = f" {items.mark} ".join(("! " if one.negated else "") + one.written for one in [*by_address, *rest])
            plain = not any(item.negated for item in items.items) and not items.changed and not items.separator.isspace()
            edit = use.edit(use.whole, whole) if plain and all(one.constant for one in items.items) else None
            fix = Fix("put the addresses first", (edit,)) if edit else None
            message = f'"{named.text}" needs the name of the host: when that is not found, {late[0].text} is not looked at'
            yield use.finding(named.pattern, message, help="put the addresses first", fix=fix)
