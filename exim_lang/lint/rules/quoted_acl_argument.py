"""The argument of an ACL condition or modifier stands in quotes, which are part of it.

Quotes are taken away from the values of options, but not in ACLs: a list item with quotes never matches, and a message
is sent with them.

Bad (acl):

    deny domains = "example.org"
    accept

Good (acl):

    deny domains = example.org
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span


@rule("quoted-acl-argument", group="syntax", severity="warning", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """Arguments that begin and end with a quote."""
    for use in survey.uses:
        value = use.text.string
        if use.where != "acl" or len(value) < 2 or value[0] != '"' or value[-1] != '"' or '"' in value[1:-1]:
            continue
        if use.name in ("condition", "set", "add_header"):
            continue
        edits = (use.edit(Span(0, 1), ""), use.edit(Span(len(value) - 1, len(value)), ""))
        fix = Fix("take the quotes away", tuple(edit for edit in edits if edit)) if all(edits) else None
        yield use.finding(use.whole, f"the quotes are part of the argument of {use.name}", help="take the quotes away", fix=fix)
