"""Conditions are joined by "and", "or", "&&" or "||" between them.

`and` and `or` stand in front: `or{{first}{second}}`.

Bad (exp):

    ${if eq{a}{b} or eq{a}{a}{y}{n}}

Good (exp):

    ${if or{{eq{a}{b}}{eq{a}{a}}}{y}{n}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree

WORD = re.compile(r"\s*(and|or|&&|\|\||AND|OR)\b|\s*(&&|\|\|)")


@rule("infix-boolean", group="expansion", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Such words behind a whole condition."""
    for use, node in survey.nodes(tree.If):
        if node.condition is None or node.arguments or node.stop is None:
            continue
        found = WORD.match(use.text.string, node.condition.span.end)
        if found is not None:
            word = (found[1] or found[2]).lower().replace("&&", "and").replace("||", "or")
            span = Span(found.end() - len(found[1] or found[2]), found.end())
            message = f'"{found[1] or found[2]}" does not stand between conditions'
            yield use.finding(span, message, help=f"write {word}{{{{...}}{{...}}}}")
