"""An option that Exim does not have.

Exim refuses the configuration.

Bad (main):

    acl_smtp_rctp = acl_x

Bad (router):

    r1:
      driver = accept
      transprot = local_delivery

Good (main):

    acl_smtp_rcpt = acl_check_rcpt
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.fixes import edit_of
from exim_lang.lint.options import known_somewhere, names_here, unknown_options
from exim_lang.lint.rule import rule
from exim_lang.lint.similar import similar
from exim_lang.lint.survey import Survey


@rule("unknown-option", group="options", severity="error", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Unknown names that are not the name of an option of another place or another version."""
    for problem, name, owner in unknown_options(survey):
        if known_somewhere(name):
            continue
        guess = similar(name, names_here(survey, owner))
        edit = edit_of(problem.text, problem.span, guess) if guess else None
        fix = Fix(f"write {guess}", (edit,), safe=False) if edit else None
        yield Finding(problem.message, problem.text, problem.span, f"did you mean {guess}?" if guess else "", fix)
