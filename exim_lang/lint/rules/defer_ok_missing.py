"""A verification or a scanner that cannot answer defers all mail.

Without `defer_ok` trouble with the DNS or the scanner is a temporary error for everybody; decide whether that is
wanted.

Bad (acl):

    require verify = sender/callout
    accept

Good (acl):

    require verify = sender/callout=10s,defer_ok
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("defer-ok-missing", group="acl", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Callouts, `malware` and `spam` without `defer_ok`."""
    for use in survey.of("acl", "verify", "malware", "spam"):
        text = use.text.string
        if "defer_ok" in text or (use.name == "verify" and "callout" not in text):
            continue
        message = "when this cannot be answered, the mail is deferred"
        yield use.finding(use.whole, message, help="add defer_ok if it is not to be")
