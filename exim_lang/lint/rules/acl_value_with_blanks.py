"""The value of `acl` is taken apart at its blanks before it is expanded.

`${if eq{..}{x} {acl_a}{acl_b}}` is torn into a name and arguments.

Bad (acl):

    accept acl = ${if eq{$sender_helo_name}{x} {acl_a}{acl_b}}

Good (acl):

    warn set acl_m_acl = ${if eq{$sender_helo_name}{x} {acl_a}{acl_b}}
    accept acl = $acl_m_acl
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span


@rule("acl-value-with-blanks", group="acl", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """A blank between braces of the first word."""
    for use in survey.of("acl", "acl"):
        depth = 0
        for at, char in enumerate(use.text.string):
            depth += {"{": 1, "}": -1}.get(char, 0)
            if char in " \t\n" and depth > 0:
                message = "the name of the ACL ends at this blank, in the middle of an expansion"
                yield use.finding(Span(at, at + 1), message, help="set a variable first, and name that")
                break
            if char in " \t\n":
                break
