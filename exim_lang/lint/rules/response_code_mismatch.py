"""The code in a message does not belong to the verb.

A refusal has a code that begins with 5, `defer` one that begins with 4, `accept` one that begins with 2. Exim logs the
mistake and takes its own code.

Bad (acl):

    deny message = 450 try later
    accept

Good (acl):

    defer message = 450 try later
    accept
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

DIGITS = {"deny": "5", "drop": "5", "require": "5", "defer": "4", "accept": "2", "discard": "2"}
CODE = re.compile(r"([245])\d\d(?=\s|-|$)")


@rule("response-code-mismatch", group="acl", severity="warning", fix="partial", since="4.63")
def check(survey: Survey) -> Iterator[Finding]:
    """Messages that begin with a code."""
    for use in survey.of("acl", "message"):
        found = CODE.match(use.text.string)
        digit = DIGITS.get(use.statement.verb if use.statement else "")
        if found is None or digit is None or found[1] == digit:
            continue
        if digit == "2" and any(node.name == "endpass" for node in (use.statement.conditions if use.statement else ())):
            continue
        verb = use.statement.verb if use.statement else ""
        edit = use.edit(Span(0, 1), digit)
        fix = Fix(f"let it begin with {digit}", (edit,), safe=False) if edit else None
        message = f"the code of a {verb} begins with {digit}: this one is ignored"
        yield use.finding(Span(*found.span()), message, fix=fix)
