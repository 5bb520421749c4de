"""An IPv6 address in a list whose separator is the colon.

A colon separates items, and two of them stand for one: `2001:db8::/32` becomes the items `2001` and `db8:/32`, which
match nothing. Exim says nothing. Change the separator with `<;`, or double every colon.

Bad (acl):

    deny hosts = ::1 : 2001:db8::/32
    accept

Good (acl):

    deny hosts = <; ::1 ; 2001:db8::/32
    accept
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.lint.uses import Use
from exim_lang.source.text import Span
from exim_lang.syntax.list_items import ItemKind, address_number

ADDRESS = re.compile(r"(?<![0-9A-Za-z:.\-\[/_@$\\])(?:[0-9A-Fa-f]{0,4}:){2,8}[0-9A-Fa-f]{0,4}(?:/\d+)?(?![0-9A-Za-z:.\-])")
OPTIONS = ("local_interfaces", "extra_local_interfaces", "dns_ipv4_lookup", "interface", "dnsbl")


@rule("ipv6-in-colon-list", group="lists", severity="error", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Text that is an IPv6 address, in lists separated by colons."""
    for use, items in survey.lists():
        if items.separator != ":" or (items.kind != "host" and use.name not in OPTIONS):
            continue
        for found in ADDRESS.finditer(use.text.string):
            address = found[0].partition("/")[0]
            if address_number(address.encode()) is None or "::::" in found[0]:
                continue
            inside = [item for item in items.items if found.start() <= item.span.start < found.end()]
            bad = any(item.kind is ItemKind.BAD_IP for item in inside)
            whole = any(item.text == found[0] for item in items.items)
            if whole or (not bad and use.list_kind == "host"):
                continue
            edit = _fix(use, items.changed)
            yield use.finding(
                Span(*found.span()),
                f"this list is separated by colons, so {found[0]} is several items",
                help="begin the list with <; and separate its items by semicolons",
                fix=edit,
            )


def _fix(use: Use, changed: bool) -> Fix | None:
    """The list with semicolons, where its colons that have blanks around them are the separators."""
    string = use.text.string
    if changed or ";" in string or "$" in string or "\\" in string:
        return None
    parts = re.split(r"\s+:\s+", string)
    if any(":" in part and address_number(part.lstrip("!").partition("/")[0].encode()) is None for part in parts):
        return None
    edit = use.edit(use.whole, "<; " + " ; ".join(parts))
    return Fix("separate the items by semicolons", (edit,), safe=False) if edit else None
