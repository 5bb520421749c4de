"""A rewrite rule that Exim cannot read.

`pattern replacement flags`: a replacement with blanks in it stands in quotes.

Bad (rewrite):

    *@a.example ${lookup{$1}lsearch{/etc/x} {$value}} Ff

Good (rewrite):

    *@a.example "${lookup{$1}lsearch{/etc/x}{$value}fail}" Ff
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("rewrite-rule-syntax", group="options", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses in the rewrite section, and in `headers_rewrite`."""
    lines = {id(line.text) for line in survey.config.lines if line.section.lower().startswith("rewr")}
    for problem in survey.config.problems:
        if id(problem.text) in lines or "rewrite" in problem.message:
            yield Finding(problem.message, problem.text, problem.span)
