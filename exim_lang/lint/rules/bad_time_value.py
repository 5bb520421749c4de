"""A time without units, or with wrong ones.

The units are w, d, h, m and s: `1h30m`. In options that are fixed Exim refuses anything else; in `delay`, `ratelimit`
and expanded options it is an error when they are used.

Bad (main):

    retry_interval_max = 5min

Bad (acl):

    accept delay = 30sec

Good (main):

    retry_interval_max = 5m
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.fixes import edit_of
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.lint.values import TIME, time_meant
from exim_lang.source.text import Span, Text


@rule("bad-time-value", group="options", severity="error", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses, and constant times of ACLs and of expanded options that it would refuse."""
    for problem, _ in survey.problems("invalid time value for"):
        written = problem.text.string[problem.span.start : problem.span.end].strip()
        if "$" not in written:
            yield _finding(problem.message, problem.text, problem.span, written)
    for use in survey.of("acl", "delay"):
        if use.constant is not None and not TIME.fullmatch(use.constant.split("/")[0].strip()):
            yield _finding(f'bad time value "{use.constant}"', use.text, use.whole, use.constant)
    for use in survey.of("acl", "ratelimit"):
        parts = use.text.string.split("/")
        if len(parts) > 1 and "$" not in parts[0] + parts[1] and not TIME.fullmatch(parts[1].strip()):
            start = len(parts[0]) + 1
            yield _finding(f'bad period "{parts[1].strip()}"', use.text, Span(start, start + len(parts[1])), parts[1])
    for use in survey.uses:
        timed = use.fact is not None and (use.fact.type == "time-expanded" or use.name == "once_repeat")
        if timed and use.constant and not TIME.fullmatch(use.constant.strip()):
            yield _finding(f"invalid time value for {use.name}", use.text, use.whole, use.constant)


def _finding(message: str, text: Text, span: Span, written: str) -> Finding:
    meant = time_meant(written)
    edit = edit_of(text, span, meant) if meant else None
    fix = Fix(f"write {meant}", (edit,), safe=False) if edit else None
    return Finding(message, text, span, f"write {meant}" if meant else "units are w, d, h, m and s", fix)
