"""The name of every host that connects is looked up.

Each connection asks the DNS, and waits where that does not answer.

Bad (main):

    host_lookup = *

Good (main):

    host_lookup = 192.0.2.0/24
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("reverse-lookup-everywhere", group="performance", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """`host_lookup = *`."""
    use = survey.main_use("host_lookup")
    if use is not None and use.text.string.strip() == "*":
        yield use.finding(use.whole, "the name of every host is looked up")
