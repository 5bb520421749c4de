"""Something that looks like an address and is none is taken for a host name.

`192.0.2` or `300.1.1.1` matches no host.

Bad (acl):

    accept hosts = 192.0.2
    deny

Good (acl):

    accept hosts = 192.0.2.0/24
    deny
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from ipaddress import ip_network

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax.list_items import ItemKind

HELP = "networks are written with the number of bits: 192.0.2.0/24"
ODD = re.compile(r"(\d+\.\d+\.\d+\.\d+)(?:/(\d+\.\d+\.\d+\.\d+)|\s*-\s*\d[\d.]*)")
V4 = re.compile(r"\d+(\.\d+){1,5}(/\d+)?")
V6 = re.compile(r"[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(/\d+)?")


@rule("bad-ip-item", group="lists", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant items of digits and dots, or hexadecimal digits and colons, that are no address."""
    for use, items in survey.lists("host"):
        for before, item in zip((None, *items.items), items.items, strict=False):
            if item.constant and (odd := ODD.fullmatch(item.text)):
                help = f"write {odd[1]}/{ip_network(f'0.0.0.0/{odd[2]}').prefixlen}" if odd[2] and _is_mask(odd[2]) else ""
                yield use.finding(item.pattern, f'"{item.text}" is no address and no network', help=help or HELP)
                continue
            if before is not None and item.constant and re.fullmatch(r"\d{2,5}", item.text) and _is_address(before.text):
                message = f'a colon separates items: "{item.text}" is one of its own'
                yield use.finding(item.pattern, message, help="host lists have no ports")
                continue
            if item.kind is not ItemKind.BAD_IP or not item.constant:
                continue
            address = item.text.partition("/")[0]
            looks = V4.fullmatch(item.text) or (items.separator != ":" and V6.fullmatch(item.text))
            if looks and not _is_address(address):
                yield use.finding(item.pattern, f'"{item.text}" is no address, so Exim takes it for a host name')


def _is_mask(text: str) -> bool:
    try:
        ip_network(f"0.0.0.0/{text}")
    except ValueError:
        return False
    return True


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
