"""A whole address in a list of local parts.

Local parts are compared without their domain; this never matches.

Bad (acl):

    deny local_parts = bob@example.org
    accept

Good (acl):

    deny recipients = bob@example.org
    accept
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax.list_items import ItemKind


@rule("local-part-list-with-domain", group="lists", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant items with an at sign and a domain behind it."""
    for use, items in survey.lists("localpart"):
        for item in items.items:
            if item.constant and item.kind is ItemKind.PLAIN and re.fullmatch(r"[^@/;]+@[A-Za-z0-9.-]+\.[A-Za-z]+", item.text):
                message = f'"{item.text}" is an address, and only its local part is compared here'
                yield use.finding(item.pattern, message, help="use recipients, or domains and local_parts")
