"""The key of a database of hints is what the sender wrote, and the database may be SQLite.

Exim 4.98 before 4.98.2 that keeps its hints in SQLite (CVE-2025-26794) puts the key of `ratelimit` and `seen` into a
statement as it is; 4.99 before 4.99.1 had a gap, too (CVE-2025-67896).

Bad (acl, 4.98):

    deny ratelimit = 10 / 1h / strict / $sender_address
    accept

Good (acl, 4.98):

    deny ratelimit = 10 / 1h / strict / $sender_host_address
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.report import culprits, way
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("hints-sqlite-injection", group="taint", severity="warning", since="4.98", until="4.99")
def check(survey: Survey) -> Iterator[Finding]:
    """Keys from outside, where the build is not known to have another database."""
    if any("DB" in line and "sqlite" not in line.lower() for line in survey.dialect.build.lines):
        return
    flow = survey.flow
    for use in survey.of("acl", "ratelimit", "seen"):
        for part, value in culprits(flow, use, use.tree.parts):
            message = f"{value.source} is a key of the hints: with SQLite it can change a statement"
            yield use.finding(part.span, message, help="upgrade, or use $sender_host_address as the key", flow=way(value))
