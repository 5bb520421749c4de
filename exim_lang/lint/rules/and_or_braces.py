"""The members of `and` or `or` lack braces of their own.

Each condition stands in braces, and all of them in another pair.

Bad (exp):

    ${if and{eq{a}{a}}{eq{b}{b}}{y}{n}}

Good (exp):

    ${if and{{eq{a}{a}}{eq{b}{b}}}{y}{n}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree


@rule("and-or-braces", group="expansion", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Groups that Exim does not take apart."""
    for use, node in survey.nodes(tree.Junction):
        if node.stop is not None and not node.inside:
            message = f'each subcondition inside an "{node.name}{{...}}" condition must be in its own {{}}'
            yield use.finding(Span(node.stop, node.stop + 1), message, help=f"write {node.name}{{{{...}}{{...}}}}")
