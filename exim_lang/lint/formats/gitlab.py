"""Findings as GitLab's code quality report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from exim_lang.lint.baseline import fingerprint
from exim_lang.lint.engine import Report
from exim_lang.lint.finding import Severity
from exim_lang.lint.places import region, shown_path

WORDS = {
    Severity.CRITICAL: "blocker",
    Severity.ERROR: "critical",
    Severity.WARNING: "major",
    Severity.INFO: "minor",
    Severity.STYLE: "info",
}


def render(reports: Sequence[Report], *, colour: bool = False) -> str:
    """A list of all findings; the fingerprint of one that is there twice has a number behind it."""
    seen: Counter[str] = Counter()
    found = []
    for one in (one for report in reports for one in report.diagnostics):
        name = fingerprint(one)
        seen[name] += 1
        where = region(one.finding.text, one.finding.span)
        found.append(
            {
                "description": one.finding.message,
                "check_name": one.rule.name,
                "fingerprint": name if seen[name] == 1 else f"{name}-{seen[name]}",
                "severity": WORDS[one.severity],
                "location": {"path": shown_path(where.file), "lines": {"begin": where.line, "end": where.end_line}},
            }
        )
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"
