"""A backup host takes mail for domains without asking the main host whether the recipient exists.

Bad (acl):

    accept domains = +relay_to_domains
    deny

Good (acl):

    accept domains = +relay_to_domains
           verify = recipient/callout=10s,defer_ok
    deny
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("backup-mx-without-callout", group="security", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """`accept domains = +relay..` in ACLs of RCPT without any callout to recipients."""
    if any("recipient" in use.text.string and "callout" in use.text.string for use in survey.of("acl", "verify")):
        return
    for use in survey.of("acl", "domains"):
        if use.statement is not None and use.statement.verb == "accept" and use.text.string.strip().startswith("+relay"):
            message = "recipients are not checked with the host that has them"
            yield use.finding(use.whole, message, help="verify = recipient/callout")
