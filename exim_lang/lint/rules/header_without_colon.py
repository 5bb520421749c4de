"""The name of a header is not ended by a colon, so that what follows is part of the name.

The name of `$h_subject` goes on up to a colon or white space, over braces and everything else. The string is cut off,
or means something else.

Bad (acl):

    deny condition = ${if eq{$h_subject}{x}}
    accept

Good (acl):

    deny condition = ${if eq{$h_subject:}{x}}
    accept
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree

NAME = re.compile(r"\$\{?(?:rh|bh|lh|h|rheader|bheader|lheader|header)_([A-Za-z0-9-]+)")


@rule("header-without-colon", group="expansion", severity="error", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """Names of headers with braces, quotes, commas or slashes in them."""
    for use, node in survey.nodes(tree.Header):
        if node.colon or not re.search(r"[^A-Za-z0-9_.-]", node.name):
            continue
        found = NAME.match(use.text.string, node.span.start)
        if found is None:
            continue
        edit = use.edit(Span(found.end(), found.end()), ":")
        fix = Fix("put a colon behind the name", (edit,)) if edit else None
        message = f'the name of this header is "{node.name[:40]}": no colon ends it'
        yield use.finding(Span(found.start(), found.end()), message, help=f"write {found[0]}:", fix=fix)
