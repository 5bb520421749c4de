"""`pass_router` or `redirect_router` names a router that does not exist, or one that comes too early.

Exim refuses the configuration. What `pass_router` names must come later.

Bad (router):

    r1:
      driver = redirect
      data = a@b.example
      redirect_router = nosuch

Good (router):

    r1:
      driver = redirect
      data = a@b.example
      redirect_router = localuser
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("undefined-router", group="names", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses."""
    return survey.refused('^(new|pass|redirect)_router ".*" (not found|does not follow)')
