"""Old names of operators.

Bad (exp):

    ${str2b64:abc}

Good (exp):

    ${base64:abc}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

NEW = {"str2b64": "base64"}


@rule("deprecated-operators", group="upgrade", severity="info", fix="yes", since="4.87")
def check(survey: Survey) -> Iterator[Finding]:
    """The old operators."""
    for use, node in survey.operators(*NEW):
        new = NEW[node.name]
        edit = use.edit(Span(node.span.start + 2, node.span.start + 2 + len(node.name)), new)
        fix = Fix(f"write {new}", (edit,)) if edit else None
        yield use.finding(node.span, f"{node.name} is an old name", help=f"write {new}", fix=fix)
