"""A name that the target version does not have yet.

Bad (exp, 4.96):

    ${xtextd:a+20b}

Bad (main, 4.96):

    atrn_domain = x
    log_ports = 25

Good (exp):

    ${xtextd:a+20b}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("too-new-name", group="upgrade", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Names of all kinds that came later."""
    for one in survey.absent:
        if one.state == "new":
            yield one.finding()
