"""The system filter runs as the Exim user, since 4.73.

It ran as root before; `system_filter_user` says as whom.

Bad (main):

    system_filter = /etc/exim4/system.filter

Good (main):

    system_filter = /etc/exim4/system.filter
    system_filter_user = mail
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("system-filter-user-default", group="upgrade", severity="info", since="4.73")
def check(survey: Survey) -> Iterator[Finding]:
    """`system_filter` without a user."""
    use = survey.main_use("system_filter")
    if use is not None and survey.main("system_filter_user") is None:
        yield use.finding(use.whole, "the filter runs as the Exim user", help="set system_filter_user")
