"""`set` with a name that no ACL variable can have.

A name begins with acl_c or acl_m (kept for the connection, or the message), then a digit or an underscore. There is no
"$" in front.

Bad (acl):

    warn set acl_mfoo = 1

Good (acl):

    warn set acl_m_foo = 1
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.fixes import edit_of
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span


@rule("bad-acl-variable-name", group="names", severity="error", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses."""
    for problem, _ in survey.problems('invalid variable name after "set" in ACL modifier'):
        written = problem.text.string[problem.span.start : problem.span.end]
        found = re.search(r"\$?\b(acl_[cm])([A-Za-z]\w*)", written) or re.search(r"\$(acl_[cm])([0-9_]\w*)", written)
        fix = None
        if found is not None:
            span = Span(problem.span.start + found.start(), problem.span.start + found.end())
            name = found[1] + found[2] if found[2][0] in "0123456789_" else f"{found[1]}_{found[2]}"
            edit = edit_of(problem.text, span, name)
            fix = Fix(f"write {name}", (edit,)) if edit else None
        yield Finding(problem.message, problem.text, problem.span, fix.title if fix else "", fix)
