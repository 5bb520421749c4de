"""`def:` with the name of a header that is not ended by a colon.

The name swallows the braces behind it.

Bad (exp):

    ${if def:h_subject{y}{n}}

Good (exp):

    ${if def:h_subject:{y}{n}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree

NAME = re.compile(r"def:(?:rh|bh|lh|h|rheader|bheader|lheader|header)_[A-Za-z0-9-]+")


@rule("def-header-without-colon", group="expansion", severity="error", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """Such conditions whose name has a brace in it."""
    for use, node in survey.nodes(tree.Def):
        if node.header is None or node.header.colon or "{" not in node.header.name:
            continue
        found = NAME.search(use.text.string, node.span.start)
        if found is not None:
            edit = use.edit(Span(found.end(), found.end()), ":")
            fix = Fix("put a colon behind the name", (edit,)) if edit else None
            span = Span(*found.span())
            yield use.finding(span, "no colon ends the name of this header", help=f"write {found[0]}:", fix=fix)
