"""No blanks around the separators of a list.

Bad (main):

    domainlist d = a.example:b.example

Good (main):

    domainlist d = a.example : b.example
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span


@rule("list-style", group="delivery", severity="style", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant lists of domains and hosts in which separators have no blanks."""
    for use, items in survey.lists("domain", "address"):
        if items.separator != ":" or items.changed or use.constant is None:
            continue
        found = re.search(r"(?<=[^\s:]):(?=[^\s:])", use.text.string)
        if found is not None and len(items.items) > 1:
            edit = use.edit(Span(*found.span()), " : ")
            fix = Fix("put blanks around it", (edit,)) if edit else None
            yield use.finding(Span(*found.span()), "no blanks around the separator", fix=fix)
