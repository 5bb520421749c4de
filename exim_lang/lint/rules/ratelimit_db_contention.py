"""Rates that are written for each recipient.

All processes share one database, and wait for each other.

Bad (acl):

    deny ratelimit = 10 / 1m / per_rcpt / strict
    accept

Good (acl):

    deny ratelimit = 10 / 1m / per_conn
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("ratelimit-db-contention", group="performance", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """`per_rcpt` with `strict`."""
    for use in survey.of("acl", "ratelimit"):
        if "per_rcpt" in use.text.string and "strict" in use.text.string:
            yield use.finding(use.whole, "the database of rates is written for each recipient")
