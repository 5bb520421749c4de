"""A macro is defined twice.

`=` defines a macro, `==` redefines one. Exim refuses the one where the other should be.

Bad (main):

    FOO = 1
    FOO = 2

Bad (main):

    FOO == 1

Good (main):

    FOO = 1
    FOO == 2
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.fixes import edit_of
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span


@rule("macro-redefine", group="syntax", severity="error", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses."""
    for problem, found in survey.problems(r"^macro \"\w+\" is already defined|^can't redefine an undefined macro"):
        before, after = ("=", "==") if found[0].startswith("macro") else ("==", "=")
        at = problem.text.string.find("=", problem.span.end)
        edit = edit_of(problem.text, Span(at, at + len(before)), after) if at != -1 else None
        fix = Fix(f'write "{after}"', (edit,), safe=False) if edit else None
        yield Finding(problem.message, problem.text, problem.span, f'write "{after}"', fix)
