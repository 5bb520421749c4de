"""An operator without a colon behind its name.

Bad (exp):

    ${lc FOO}

Good (exp):

    ${lc:FOO}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree


@rule("operator-without-colon", group="expansion", severity="error", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """Names of operators that something else follows."""
    for use, node in survey.nodes(tree.Bad):
        name = node.text.removeprefix("${")
        if name and (survey.dialect.knows("operator", name) or survey.dialect.knows("operator", name.split("_")[0])):
            behind = use.text.string[node.span.end : node.span.end + 1]
            edit = use.edit(Span(node.span.end, node.span.end + len(behind)), ":") if behind in (" ", "\t") else None
            fix = Fix("put a colon behind the name", (edit,)) if edit else None
            message = f'"${{{name}" is not a known operator (or a }} is missing in a variable reference)'
            yield use.finding(node.span, message, help=f"write ${{{name}:", fix=fix)
