"""The name of a macro contains the name of an earlier one.

Exim replaces macros wherever their names occur, so the later one could never be used; it refuses to define it. Define
the longer name first.

Bad (main):

    LOCAL = example.org
    LOCAL_PARTS_FILE = /etc/lp

Good (main):

    LOCAL_PARTS_FILE = /etc/lp
    LOCAL = example.org
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("macro-prefix-collision", group="syntax", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses."""
    for problem, found in survey.problems('cannot be defined as a macro because .* macro "(.*)" is a substring'):
        yield Finding(problem.message, problem.text, problem.span, f"define it in front of {found[1]}")
