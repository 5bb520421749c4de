"""`bool` with something that is no truth value.

It takes true, false, yes, no and numbers, and fails for anything else; `bool_lax` takes any string that is not empty
for true.

Bad (exp):

    ${if bool{maybe}{y}{n}}

Good (exp):

    ${if bool_lax{maybe}{y}{n}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.constants import argument
from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

VALUE = re.compile(r"\s*(true|yes|false|no|[+-]?\d+|)\s*", re.IGNORECASE)


@rule("bool-vs-string", group="expansion", severity="warning", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant arguments."""
    for use, node in survey.tests("bool"):
        value = argument(node, 0)
        if value is not None and not VALUE.fullmatch(value):
            edit = use.edit(Span(node.span.start, node.span.start + 4), "bool_lax")
            fix = Fix("write bool_lax", (edit,), safe=False) if edit else None
            yield use.finding(node.span, f'unrecognised boolean value "{value}"', help="write bool_lax", fix=fix)
