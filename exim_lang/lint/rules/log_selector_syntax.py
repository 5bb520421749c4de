"""`log_selector` with a word that Exim does not know, or without "+" or "-" in front of it.

Bad (main):

    log_selector = all

Bad (main):

    log_selector = +receivedsender

Good (main):

    log_selector = +all
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.fixes import edit_of
from exim_lang.lint.rule import rule
from exim_lang.lint.similar import similar
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span


@rule("log-selector-syntax", group="options", severity="error", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses."""
    for problem, found in survey.problems(r'log_selector setting: (?:\+ or - expected but found "(.*)"|([+-].*)|(.*))'):
        word = (found[1] or found[2] or found[3] or "").split()[0:1]
        name = word[0].lstrip("+-") if word else ""
        guess = name if survey.dialect.knows("log_selector", name) else similar(name, survey.dialect.names("log_selector"))
        at = problem.text.string.find(word[0]) if word else -1
        span = Span(at, at + len(word[0])) if at >= 0 else problem.span
        sign = word[0][0] if word and word[0][0] in "+-" else "+"
        edit = edit_of(problem.text, span, sign + guess) if guess else None
        fix = Fix(f"write {sign}{guess}", (edit,), safe=False) if edit else None
        yield Finding(problem.message, problem.text, span, f"did you mean {sign}{guess}?" if guess else "", fix)
