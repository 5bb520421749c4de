"""An option is set twice.

Exim refuses the second setting, except of options that add up: `condition`, `headers_add`, `headers_remove`, `set`.

Bad (router):

    r1:
      driver = accept
      domains = a
      domains = b
      transport = local_delivery

Good (router):

    r1:
      driver = accept
      domains = a : b
      transport = local_delivery
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("duplicate-option", group="options", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses."""
    return survey.refused("option set for the second time", "write one setting with both values")
