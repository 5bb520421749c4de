r"""An asterisk that is not the first character of an item stands for itself.

Bad (acl):

    deny sender_domains = mail*.example.org
    accept

Good (acl):

    deny sender_domains = \N^mail.*\.example\.org$\N
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span
from exim_lang.syntax.list_items import ItemKind

KINDS = (ItemKind.PLAIN, ItemKind.HOST_NAME, ItemKind.TAIL, ItemKind.ADDRESS, ItemKind.DOMAIN, ItemKind.BAD_IP)


@rule("inner-wildcard", group="lists", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Plain items with an asterisk in the middle or at the end."""
    for use, items in survey.lists("domain", "host", "address", "localpart"):
        for item in items.items:
            if not item.constant or item.kind not in KINDS:
                continue
            local, at, domain = item.text.rpartition("@")
            parts = [local, domain] if at and items.kind == "address" else [item.text]
            if any("*" in part[1:] for part in parts) and not any(part.startswith("^") for part in parts):
                where = use.text.string.find("*", item.pattern.start + 1)
                span = Span(where, where + 1) if 0 <= where < item.pattern.end else item.pattern
                message = f'the "*" in "{item.text}" stands for itself: it is a wildcard at the beginning only'
                yield use.finding(span, message, help=r"write a regular expression: \N^...$\N")
