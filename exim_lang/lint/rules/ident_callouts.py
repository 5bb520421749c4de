"""Every client is asked who it is (RFC 1413), which nobody answers.

Each connection waits for `rfc1413_query_timeout`.

Bad (main):

    rfc1413_hosts = *
    rfc1413_query_timeout = 30s

Good (main):

    rfc1413_hosts = *
    rfc1413_query_timeout = 0s
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("ident-callouts", group="performance", severity="info", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """`rfc1413_hosts` with a time-out that is not 0."""
    hosts, timeout = survey.main_use("rfc1413_hosts"), survey.main("rfc1413_query_timeout")
    if hosts is not None and hosts.text.string.strip() and timeout is not None and timeout.value != 0:
        edit = hosts.edit(hosts.whole, "")
        fix = Fix("ask nobody", (edit,), safe=False) if edit else None
        yield hosts.finding(hosts.whole, "each connection waits for an answer that hardly comes", fix=fix)
