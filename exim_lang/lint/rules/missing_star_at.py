"""An address that begins with "@" matches nothing.

All addresses of a domain are `*@example.net`, or just `example.net`.

Bad (acl):

    deny senders = @example.net
    accept

Good (acl):

    deny senders = *@example.net
    accept
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span


@rule("missing-star-at", group="lists", severity="warning", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """Such constant items of lists of addresses."""
    for use, items in survey.lists("address"):
        for item in items.items:
            if item.constant and re.fullmatch(r"@[A-Za-z0-9*.-]+", item.text) and item.text not in ("@", "@[]"):
                edit = use.edit(Span(item.pattern.start, item.pattern.start), "*")
                fix = Fix('put "*" in front', (edit,)) if edit else None
                yield use.finding(item.pattern, f'"{item.text}" matches no address', help=f"write *{item.text}", fix=fix)
