"""Findings in reviewdog's format."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from exim_lang.lint.engine import Diagnostic, Report
from exim_lang.lint.finding import Edit, Severity
from exim_lang.lint.places import region, shown_path

WORDS = {Severity.CRITICAL: "ERROR", Severity.ERROR: "ERROR", Severity.WARNING: "WARNING"}


def render(reports: Sequence[Report], *, colour: bool = False) -> str:
    """All findings, with the changes that would mend them as suggestions."""
    found = [_diagnostic(one) for report in reports for one in report.diagnostics]
    return json.dumps({"source": {"name": "exim-lang"}, "diagnostics": found}, indent=1, ensure_ascii=False) + "\n"


def _diagnostic(one: Diagnostic) -> dict[str, Any]:
    finding = one.finding
    where = region(finding.text, finding.span)
    data: dict[str, Any] = {
        "message": f"{finding.message}\n{finding.help}" if finding.help else finding.message,
        "location": {
            "path": shown_path(where.file),
            "range": _range(where.line, where.column, where.end_line, where.end_column),
        },
        "severity": WORDS.get(one.severity, "INFO"),
        "code": {"value": one.rule.name},
    }
    if finding.fix:
        mine = [edit for edit in finding.fix.edits if edit.file.name == where.file]
        data["suggestions"] = [_suggestion(edit) for edit in mine]
    return data


def _suggestion(edit: Edit) -> dict[str, Any]:
    begin = edit.file.line_and_column(edit.start)
    end = edit.file.line_and_column(edit.end)
    return {"range": _range(*begin, *end), "text": edit.replacement}


def _range(line: int, column: int, end_line: int, end_column: int) -> dict[str, dict[str, int]]:
    return {"start": {"line": line, "column": column}, "end": {"line": end_line, "column": end_column}}
