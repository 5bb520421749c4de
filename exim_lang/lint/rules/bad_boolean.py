"""A boolean option with a value that is no truth value.

Booleans are `true`, `yes`, `false` or `no`, or the option alone, or with `no_` or `not_` in front.

Bad (main):

    split_spool_directory = on

Good (main):

    split_spool_directory = yes
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.fixes import edit_of
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

WORDS = {"on": "yes", "1": "yes", "enabled": "yes", "off": "no", "0": "no", "disabled": "no"}
REFUSED = '^"(.*)" is not a valid value for the|extra characters follow boolean|negation prefix'


@rule("bad-boolean", group="options", severity="error", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses."""
    for problem, found in survey.problems(REFUSED):
        word = WORDS.get((found[1] or "").lower(), "")
        edit = edit_of(problem.text, problem.span, word) if word else None
        fix = Fix(f"write {word}", (edit,), safe=False) if edit else None
        yield Finding(problem.message, problem.text, problem.span, f"write {word}" if word else "", fix)
