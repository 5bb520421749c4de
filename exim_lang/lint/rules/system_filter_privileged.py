"""The system filter runs as root.

Whatever it saves or pipes is done with all rights.

Bad (main):

    system_filter = /etc/exim4/sf
    system_filter_user = root

Good (main):

    system_filter = /etc/exim4/sf
    system_filter_user = mail
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("system-filter-privileged", group="security", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """`system_filter_user = root`."""
    use = survey.main_use("system_filter_user")
    if use is not None and use.text.string.strip() in ("root", "0"):
        yield use.finding(use.whole, "the system filter runs as root", help="use an account without rights")
