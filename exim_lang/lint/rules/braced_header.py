"""The name of a header stands in braces.

`${h_subject:}` is read as an operator; it fails, or gives nothing. Headers are written without braces.

Bad (exp):

    ${h_subject:}

Bad (exp):

    ${h_subject}

Good (exp):

    $h_subject:
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

NAME = re.compile(r"^(?:rh|bh|lh|h|rheader|bheader|lheader|header)_(.+)$")


@rule("braced-header", group="expansion", severity="error", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Operators, variables and unknown names in braces that begin like those of headers."""
    for use, operator in survey.nodes(tree.Operator):
        if NAME.match(operator.name):
            yield _finding(use, operator.span, operator.name)
    for use, variable in survey.nodes(tree.Variable):
        if variable.braced and NAME.match(variable.name):
            yield _finding(use, variable.span, variable.name)
    for use, header in survey.nodes(tree.Header):
        if use.text.string.startswith("${", header.span.start):
            yield _finding(use, header.span, use.source(header.span).strip("${}: "))


def _finding(use: Use, span: Span, name: str) -> Finding:
    edit = use.edit(span, f"${name}:")
    fix = Fix(f"write ${name}:", (edit,), safe=False) if edit else None
    return use.finding(span, f'"${{{name}" is no way to write a header', help=f"write ${name}:", fix=fix)
