"""There is no limit for connections.

Bad (main):

    smtp_accept_max = 0

Good (main):

    smtp_accept_max = 100
    smtp_accept_max_per_host = 10
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("unlimited-connections", group="performance", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """`smtp_accept_max = 0`."""
    use = survey.main_use("smtp_accept_max")
    if use is not None and getattr(use.node, "value", None) == 0:
        yield use.finding(use.whole, "any number of clients may connect at once")
