"""An option that switched the checks of tainted data off, which Exim does not have any more.

Exim 4.95, and 4.94.2 of Debian, had `allow_insecure_tainted_data` and the log selector `tainted` for the time of the change.
Exim 4.96 refuses both.

Bad (main):

    allow_insecure_tainted_data = yes

Good (main):

    .ifdef _OPT_MAIN_ALLOW_INSECURE_TAINTED_DATA
    allow_insecure_tainted_data = yes
    .endif
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from exim_lang.lint.finding import Edit, Finding, Fix
from exim_lang.lint.fixes import edit_of
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

if TYPE_CHECKING:
    from exim_lang.errors import Problem

_NAMES: Final = r'^main option "allow_insecure_tainted_data" unknown|^unknown log_selector setting: [+-]tainted'


@rule("allow-insecure-tainted-data", group="taint", severity="error", fix="yes", since="4.96")
def check(survey: Survey) -> Iterator[Finding]:
    """The option, and the log selector."""
    for problem, _ in survey.problems(_NAMES):
        at = problem.text.string.find("tainted", problem.span.start) - 1
        selector = problem.message.startswith("unknown log")
        span = Span(at, at + 8) if selector else problem.span
        help = "write clean values where Exim wants them, and take this away"
        fix = _without_word(problem, span) if selector else _without_line(problem)
        yield Finding(problem.message, problem.text, span, help, fix)


def _without_word(problem: Problem, span: Span) -> Fix | None:
    edit = edit_of(problem.text, span, "")
    return Fix("take it away", (edit,)) if edit is not None else None


def _without_line(problem: Problem) -> Fix | None:
    edit = edit_of(problem.text, Span(0, len(problem.text)), "")
    if edit is None:
        return None
    content = edit.file.content
    start = content.rfind("\n", 0, edit.start) + 1
    end = content.find("\n", edit.end) + 1 or len(content)
    return Fix("take the line away", (Edit(edit.file, start, end, ""),))
