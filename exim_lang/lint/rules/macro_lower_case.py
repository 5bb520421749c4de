"""The name of a macro begins with a small letter, so that the line is read as an option.

Bad (main):

    mymacro = 1

Good (main):

    MYMACRO = 1
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.similar import similar
from exim_lang.lint.survey import Survey
from exim_lang.model.options import every_age, names_of


@rule("macro-lower-case", group="syntax", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Main options that no Exim has, that are like none, and that are written somewhere else, too."""
    for problem, found in survey.problems('^main option "([a-z]\\w*)" unknown'):
        name = found[1]
        rest = problem.text.string[problem.span.end :].lstrip()
        if rest.startswith("=") and not every_age("main", name) and not similar(name, names_of("main")):
            yield Finding(problem.message, problem.text, problem.span, f"a macro begins with a capital letter: {name.upper()}")
