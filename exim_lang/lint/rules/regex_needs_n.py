r""""$" in the regular expression of `match` or `sg` is taken for the begin of an expansion.

The expression is expanded before it is used. `\N` in front and behind keeps it as it is.

Bad (exp):

    ${if match{123}{^\d+$}{y}{n}}

Good (exp):

    ${if match{123}{\N^\d+$\N}{y}{n}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.lint.uses import Use
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree


@rule("regex-needs-n", group="expansion", severity="error", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """Expressions that end with "$"."""
    tests: list[tuple[Use, tree.Test | tree.Item]] = [*survey.tests("match"), *survey.items("sg")]
    for use, node in tests:
        if len(node.arguments) < 2:
            continue
        pattern = node.arguments[1]
        bad = next((part for part in pattern.parts if isinstance(part, tree.Bad) and part.text == "$"), None)
        if bad is not None:
            inner = Span(pattern.span.start, pattern.span.end)
            source = use.source(inner)
            edit = use.edit(inner, f"\\N{source}\\N") if "\\N" not in source and not source.startswith("{") else None
            fix = Fix(r"put \N around it", (edit,)) if edit else None
            help = r"put \N in front of the expression and behind it"
            yield use.finding(bad.span, "$ not followed by letter, digit, or {", help=help, fix=fix)
