"""DomainKeys are gone; DKIM took their place.

Everything that begins with `dk_` was dropped in 4.70.

Bad (acl):

    deny dk_status = bad
    accept

Good (acldkim):

    deny dkim_status = fail
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("domainkeys-removed", group="upgrade", severity="error", since="4.70")
def check(survey: Survey) -> Iterator[Finding]:
    """Names that begin with `dk_`."""
    for one in survey.absent:
        if one.name.startswith("dk_") and one.state == "gone":
            yield one.finding()
