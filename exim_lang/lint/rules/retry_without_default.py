"""There is no retry rule for everything else.

Mail to a domain for which no rule is found is sent back at the first temporary error (`retry timeout exceeded`).

Bad (full):

    begin routers
    r:
      driver = accept
      transport = t
    begin transports
    t:
      driver = appendfile
      file = /dev/null
    begin retry
    slow.example * F,10d,1h

Good (full):

    begin routers
    r:
      driver = accept
      transport = t
    begin transports
    t:
      driver = appendfile
      file = /dev/null
    begin retry
    slow.example * F,10d,1h
    * * F,2h,15m; F,4d,6h
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span


@rule("retry-without-default", group="routing", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Rules, and none of them `* *` without senders."""
    rules = survey.config.retry
    if rules and not any(one.pattern.string == "*" and one.error.string == "*" and one.senders is None for one in rules):
        last = rules[-1].pattern
        message = "no rule is for other domains and errors: such mail is sent back at once"
        yield Finding(message, last, Span(0, len(last)), "add * * F,2h,15m; G,16h,1h,1.5; F,4d,6h")
