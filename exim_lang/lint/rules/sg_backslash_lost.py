r"""A backslash in a regular expression is gone before the expression is used.

`\.` is expanded to `.`, which matches every character. `\N` in front and behind keeps the expression as it is; or
double the backslash.

Bad (exp):

    ${sg{a.b}{\.}{x}}

Bad (exp):

    ${if match{a}{^\d}{y}{n}}

Good (exp):

    ${sg{a.b}{\N\.\N}{x}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.lint.uses import Use
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree

LOST = re.compile(r"(?<!\\)(?:\\\\)*\\([.dDwWsSbB+*?()\[\]|^])")


@rule("sg-backslash-lost", group="expansion", severity="warning", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Single backslashes in front of what has a meaning in expressions, outside of \\N."""
    tests: list[tuple[Use, tree.Test | tree.Item]] = [*survey.tests("match"), *survey.items("sg")]
    for use, node in tests:
        if len(node.arguments) < 2:
            continue
        span = node.arguments[1].span
        source = use.source(span)
        if "\\" not in source or "\\N" in source:
            continue
        found = LOST.search(source)
        if found is not None:
            start = span.start + found.end() - 2
            edit = use.edit(span, f"\\N{source}\\N") if "$" not in source.rstrip("$") and "{" not in source else None
            fix = Fix(r"put \N around it", (edit,), safe=False) if edit else None
            message = f'"\\{found[1]}" is expanded to "{found[1]}" before the expression is used'
            yield use.finding(Span(start, start + 2), message, help=r"put \N around the expression", fix=fix)
