"""A network with a mask that is too long, or with bits behind the mask.

A mask beyond 32 (128 for IPv6) makes an item that never matches. Bits behind the mask are ignored: `192.0.2.17/24` is
all of `192.0.2.0/24`.

Bad (acl):

    accept hosts = 192.0.2.0/33
    deny

Bad (acl):

    accept hosts = 192.0.2.17/24
    deny

Good (acl):

    accept hosts = 192.0.2.0/24
    deny
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.lint.uses import Use
from exim_lang.source.text import Span
from exim_lang.syntax.list_items import ItemKind

NETWORK = re.compile(r"([0-9A-Fa-f.:]+)/(\d+)")


@rule("cidr-host-bits", group="lists", severity="warning", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant networks in lists of hosts and in `match_ip`."""
    for use, items in survey.lists("host"):
        for item in items.items:
            found = NETWORK.fullmatch(item.text)
            if item.constant and found and item.kind in (ItemKind.NETWORK, ItemKind.BAD_IP):
                yield from _look(use, item.pattern, found[1], int(found[2]))


def _look(use: Use, span: Span, address: str, mask: int) -> Iterator[Finding]:
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return
    if mask > number.max_prefixlen:
        yield use.finding(span, f"a mask of {mask} bits: the most is {number.max_prefixlen}, so this never matches")
        return
    whole = ipaddress.ip_network(f"{address}/{mask}", strict=False)
    if whole.network_address != number:
        written = str(whole) if ":" not in address else ""
        edit = use.edit(span, written) if written else None
        fix = Fix(f"write {written}", (edit,), safe=False) if edit else None
        yield use.finding(span, f"the bits behind the mask do not count: this is {whole}", help=f"write {whole}", fix=fix)
