r"""A regular expression is expanded before it is used.

The list is one string that is expanded first: a backslash takes its meaning from the character behind it, and "$"
begins a variable. `\N` in front and behind keeps the expression as it is.

Bad (acl):

    deny senders = ^.*@(foo|bar)\.example$
    accept

Good (acl):

    deny senders = \N^.*@(foo|bar)\.example$\N
    accept
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.regexes import is_protected, list_regexes
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

BACKSLASH = re.compile(r"(?<!\\)(?:\\\\)*\\([^\\nrtx0-7N$])")


@rule("regex-not-protected", group="lists", severity="error", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """Items with a lost backslash, or with a "$" that expansion will not take."""
    for use, _, item in list_regexes(survey):
        source = use.source(item.pattern)
        if not use.expanded or is_protected(use, item) or "\\N" in use.text.string[: item.pattern.end + 2]:
            continue
        lost = BACKSLASH.search(source)
        dollar = re.search(r"(?<!\\)\$(?![A-Za-z0-9{])", source)
        if lost is None and dollar is None:
            continue
        found = dollar or lost
        assert found is not None
        span = Span(item.pattern.start + found.end() - (1 if dollar else 2), item.pattern.start + found.end())
        message = '"$" here is no end of the expression: it is expanded'
        if not dollar:
            message = f'"\\{found[1]}" is expanded to "{found[1]}" before the expression is used'
        edit = use.edit(item.pattern, f"\\N{source}\\N")
        plain = not re.search(r"\$[A-Za-z{]", source)
        fix = Fix(r"put \N around it", (edit,)) if edit and plain else None
        yield use.finding(span, message, help=r"put \N in front of the expression and behind it", fix=fix)
