r"""A brace in a regular expression ends it.

`{1,3}` in an expression that stands in braces needs `\N` around the expression, or a backslash in front of each brace.

Bad (exp):

    ${if match{ab}{a{1,2}b}{y}{n}}

Good (exp):

    ${if match{ab}{\Na{1,2}b\N}{y}{n}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.lint.uses import Use
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree

COUNT = re.compile(r"(?<!\\)\{\d+(,\d*)?$")


@rule("regex-braces", group="expansion", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Expressions that end with the begin of a count."""
    tests: list[tuple[Use, tree.Test | tree.Item]] = [*survey.tests("match"), *survey.items("sg")]
    for use, node in tests:
        if len(node.arguments) > 1:
            span = node.arguments[1].span
            found = COUNT.search(use.source(span))
            if found is not None:
                start = span.start + found.start()
                message = f'the "}}" behind "{found[0]}" ends the expression'
                yield use.finding(Span(start, span.end + 1), message, help=r"put \N around the expression")
