"""`one_time` together with what it excludes.

With `one_time` the addresses take the place of the original for good; `unseen`, and headers to be added or removed,
cannot go with it.

Bad (router):

    r1:
      driver = redirect
      one_time
      unseen
      data = x@y.example

Good (router):

    r1:
      driver = redirect
      one_time
      data = x@y.example
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("one-time-unseen", group="routing", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses."""
    return survey.refused('may not be used with "?one_time|one_time')
