"""A comment behind a value is part of the value.

`#` starts a comment only where it is the first thing in a line. Behind a value it makes list items that never match,
and numbers that Exim cannot read: a `message_size_limit = 10M # small` answers every connection with 421.

Bad (main):

    domainlist local_domains = example.org   # our domain

Good (main):

    # our domain
    domainlist local_domains = example.org
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

COMMENT = re.compile(r"(?<=\S)[ \t]+#(?=[ \t]|#)[^\n]*$")
PROSE = ("message", "log_message", "logwrite", "add_header", "smtp_banner", "text", "subject", "prompt")


@rule("comment-after-value", group="syntax", severity="error", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """What looks like a comment at the end of an option, a list or a condition that is not prose."""
    for use in survey.uses:
        if use.name in PROSE or "#" not in use.text.string:
            continue
        found = COMMENT.search(use.text.string)
        if found is None or _in_braces(use.text.string[: found.start()]) or use.text.string[0] == '"':
            continue
        span = Span(found.start() + 1, len(use.text))
        edit = use.edit(Span(found.start(), len(use.text)), "")
        fix = Fix("take the comment out of the value", (edit,)) if edit else None
        yield use.finding(span, "this is no comment but part of the value", help="put it into a line of its own", fix=fix)


def _in_braces(string: str) -> bool:
    return string.count("{") > string.count("}") or string.count("\\N") % 2 == 1
