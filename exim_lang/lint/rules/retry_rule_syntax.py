"""A retry rule that Exim cannot read.

`pattern error rules`: rules are separated by semicolons, and the parts of each by commas.

Bad (retry):

    * * F,2h,15m, G,16h,1h,1.5

Good (retry):

    *  *  F,2h,15m; G,16h,1h,1.5; F,4d,6h
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("retry-rule-syntax", group="options", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses in the retry section."""
    lines = {id(line.text) for line in survey.config.lines if line.section.lower().startswith("retr")}
    for problem in survey.config.problems:
        if id(problem.text) in lines:
            yield Finding(problem.message, problem.text, problem.span)
