"""Items of a list are separated by commas or blanks.

Lists are separated by colons, unless they begin with `<` and another character. This one has a single item, which
matches nothing.

Bad (main):

    domainlist local_domains = example.org, example.com

Good (main):

    domainlist local_domains = example.org : example.com
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax.list_items import ItemKind

ITEMS = re.compile(r"[!+]?[A-Za-z0-9*@._/-]+(?:\s*,\s*|\s+)(?:[!+]?[A-Za-z0-9*@._/-]+(?:\s*,\s*|\s+))*[!+]?[A-Za-z0-9*@._/-]+")
PORTS = re.compile(r"\d+(\s*[,\s]\s*\d+)+")
STRINGS = {
    "daemon_smtp_ports": PORTS,
    "environment": re.compile(r"\w+=[^\s:]+(\s+\w+=[^\s:]+)+"),
    "headers_remove": re.compile(r"[\w-]+(\s*,\s*[\w-]+)+"),
    "tls_on_connect_ports": PORTS,
}
"""Lists of strings, and how they look when the colons are missing."""
WORDS = re.compile(r"\s*,\s*|\s+")
KINDS = (ItemKind.PLAIN, ItemKind.HOST_NAME, ItemKind.ADDRESS, ItemKind.DOMAIN, ItemKind.TAIL, ItemKind.NAMED, ItemKind.BAD_IP)


@rule("comma-or-space-list", group="lists", severity="error", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Items of several words that look like items themselves."""
    for use, items in survey.lists("domain", "host", "address", "localpart"):
        for item in items.items:
            if item.kind not in KINDS or not item.constant or not ITEMS.fullmatch(item.text):
                continue
            words = WORDS.split(item.text)
            if items.kind == "host" and words[0].startswith("+"):
                continue
            mark = f" {items.mark} "
            edit = use.edit(item.pattern, mark.join(words))
            fix = Fix("separate the items", (edit,), safe=False) if edit else None
            message = f"this is one item: items are separated by {_name(items.mark)}"
            yield use.finding(item.pattern, message, help=f"write {mark.join(words)}", fix=fix)
    for use in survey.uses:
        pattern = STRINGS.get(use.name)
        if pattern is not None and use.where in ("main", "transport", "router") and pattern.fullmatch(use.text.string.strip()):
            yield use.finding(use.whole, "this is one item: items are separated by colons", help="put colons between them")


def _name(mark: str) -> str:
    return {":": "colons", ";": "semicolons", ",": "commas"}.get(mark, mark)
