"""The default of an option changes on the way to another version.

With `--from` and `--target`: options that are not set here and have another default, or another meaning unset, in the
new version.

Bad (transport, 4.85 to 4.99):

    t1:
      driver = smtp

Bad (full, 4.92 to 4.99):

    primary_hostname = mx.example.org

Good (transport, 4.97 to 4.99):

    t1:
      driver = smtp
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.history import crosses
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.model.facts.table import rows
from exim_lang.source.text import Span

ELSEWHERE = ("message_linelength_limit", "hosts_try_dane", "system_filter_user", "queue_fast_ramp", "dmarc_tld_file")
"""Options with rules of their own."""


@rule("changed-default", group="upgrade", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Every change between the two versions of an option that is left to its default."""
    if survey.since is None:
        return
    for row in rows("changes"):
        if row["option"] in ELSEWHERE or not crosses(survey, row["version"]):
            continue
        kind, _, driver = row["section"].partition(":")
        message = f"{row['option']} is {row['is']} since {row['version']}, it was {row['was']}: {row['what']}"
        if kind == "main":
            first = next((line for line in survey.config.lines if not line.macro), None)
            if first is not None and survey.main(row["option"]) is None:
                yield Finding(message, first.text, Span(0, len(first.text)), f"set {row['option']} to keep the old way")
            continue
        for one in survey.drivers:
            mine = one.kind == kind and driver in (one.driver, "generic")
            if mine and row["option"] not in one.settings and (driver != "generic" or one.driver == "dnslookup"):
                yield Finding(message, one.line.text, one.span, f"set {row['option']} to keep the old way")
