"""A retry rule behind one that is for everything is never used.

Exim uses the first rule whose pattern and error fit.

Bad (retry):

    * * F,2h,15m; F,4d,6h
    slow.example * F,10d,1h

Good (retry):

    slow.example * F,10d,1h
    * * F,2h,15m; F,4d,6h
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Note
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span


@rule("unreachable-retry-rule", group="routing", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Rules behind `* *` without senders."""
    everything = None
    for retry in survey.config.retry:
        if everything is not None:
            note = Note("this one is for everything", everything.pattern, Span(0, len(everything.pattern)))
            message = "this rule is never used"
            yield Finding(message, retry.pattern, Span(0, len(retry.pattern)), "put it in front", notes=(note,))
        elif retry.pattern.string == "*" and retry.error.string == "*" and retry.senders is None:
            everything = retry
