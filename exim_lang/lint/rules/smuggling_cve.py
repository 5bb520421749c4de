"""Mail can be smuggled in up to 4.97.

CVE-2023-51766: what ends a message is read too generously when CHUNKING or PIPELINING is offered.

Bad (main, 4.96):

    chunking_advertise_hosts = *

Good (main, 4.96):

    chunking_advertise_hosts =
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("smuggling-cve", group="upgrade", severity="warning", until="4.98")
def check(survey: Survey) -> Iterator[Finding]:
    """`chunking_advertise_hosts` set to somebody."""
    use = survey.main_use("chunking_advertise_hosts")
    if use is not None and use.text.string.strip() and survey.main("pipelining_advertise_hosts") is None:
        yield use.finding(use.whole, "mail can be smuggled in (CVE-2023-51766)", help="chunking_advertise_hosts = or upgrade")
