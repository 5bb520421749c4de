"""DMARC is used without `dmarc_tld_file`.

The list of public suffixes has no default place since 4.94; without it DMARC does nothing.

Bad (acldata):

    deny dmarc_status = reject
    accept

Good (main):

    dmarc_tld_file = /usr/share/publicsuffix/public_suffix_list.dat
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("dmarc-tld-file", group="upgrade", severity="warning", since="4.94")
def check(survey: Survey) -> Iterator[Finding]:
    """`dmarc_status` where the option is not set."""
    if survey.main("dmarc_tld_file") is None:
        for use in survey.of("acl", "dmarc_status"):
            yield use.finding(use.whole, "dmarc_tld_file is not set, so DMARC does nothing", help="set dmarc_tld_file")
