"""The sender of every message is verified by a callout.

That is a burden to others, slow, and gets one's own host listed.

Bad (acl):

    require verify = sender/callout
    accept

Good (acl):

    require verify = sender
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.statements import tests
from exim_lang.lint.survey import Survey


@rule("sender-callout-everywhere", group="delivery", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Callouts to senders in statements without other conditions."""
    for use in survey.of("acl", "verify"):
        if not use.text.string.startswith("sender") or "callout" not in use.text.string:
            continue
        if use.statement is not None and len(tests(use.statement)) == 1:
            yield use.finding(use.whole, "a callout for the sender of every message")
