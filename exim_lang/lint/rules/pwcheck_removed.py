"""The condition `pwcheck` is gone: `saslauthd` took its place.

Bad (exp):

    ${if pwcheck{u:p}{1}{0}}

Good (exp):

    ${if saslauthd{{u}{p}}{1}{0}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("pwcheck-removed", group="upgrade", severity="error", since="4.99")
def check(survey: Survey) -> Iterator[Finding]:
    """The condition."""
    for one in survey.absent:
        if one.name == "pwcheck":
            yield one.finding(help="write saslauthd{{user}{password}}")
