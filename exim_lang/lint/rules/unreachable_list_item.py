"""An item behind one that matches everything that it could match.

Exim takes the first item that matches.

Bad (acl):

    deny hosts = * : !192.0.2.1
    accept

Good (acl):

    deny hosts = !192.0.2.1 : *
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.lists import covers
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax.list import ListItem


@rule("unreachable-list-item", group="lists", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Items that an earlier one with the other sign, or a wildcard, covers."""
    for use, items in survey.lists("domain", "host", "address", "localpart"):
        earlier: list[ListItem] = []
        for item in items.items:
            if item.constant and not (items.kind == "host" and all(one.negated == item.negated for one in earlier)):
                by = next((one for one in earlier if one.text != item.text and covers(one, item, items.kind)), None)
                if by is not None:
                    message = f'"{item.text}" is never looked at: "{by.text}" before it matches all of that'
                    yield use.finding(item.span, message)
            earlier.append(item)
