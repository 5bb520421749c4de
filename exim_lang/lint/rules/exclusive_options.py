"""Options that exclude each other.

Bad (transport):

    t1:
      driver = appendfile
      file = /a
      directory = /b

Bad (router):

    r1:
      driver = redirect
      data = a@b.example
      one_time
      unseen

Good (transport):

    t1:
      driver = appendfile
      file = /a
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

PATTERN = r"^only one of|may not be used with|^both .* set for|one \(and only one\) of|cannot be used (with|together)"


@rule("exclusive-options", group="options", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses."""
    return survey.refused(PATTERN)
