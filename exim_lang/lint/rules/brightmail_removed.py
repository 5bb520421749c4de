"""Brightmail is gone.

Everything that begins with `bmi_` was dropped.

Bad (router):

    r1:
      driver = accept
      transport = local_delivery
      bmi_rule = 5

Good (router):

    r1:
      driver = accept
      transport = local_delivery
      condition = $acl_m_clean
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("brightmail-removed", group="upgrade", severity="error", since="4.99")
def check(survey: Survey) -> Iterator[Finding]:
    """Names that begin with `bmi_`."""
    for one in survey.absent:
        if one.name.startswith("bmi_") and one.state == "gone":
            yield one.finding(help="another scanner: malware, spam")
