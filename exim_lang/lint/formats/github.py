"""Findings as workflow commands, which GitHub shows beside the lines of a change."""

from __future__ import annotations

from collections.abc import Sequence

from exim_lang.lint.engine import Diagnostic, Report
from exim_lang.lint.finding import Severity
from exim_lang.lint.places import region, shown_path

WORDS = {Severity.CRITICAL: "error", Severity.ERROR: "error", Severity.WARNING: "warning"}


def render(reports: Sequence[Report], *, colour: bool = False) -> str:
    """One line for each finding."""
    return "".join(_line(one) for report in reports for one in report.diagnostics)


def _line(one: Diagnostic) -> str:
    finding = one.finding
    where = region(finding.text, finding.span)
    fields = {"file": shown_path(where.file), "line": where.line, "endLine": where.end_line, "col": where.column}
    if where.line == where.end_line:
        fields["endColumn"] = where.end_column - 1
    fields["title"] = f"exim-lang ({one.rule.name})"
    message = f"{finding.message}\n{finding.help}" if finding.help else finding.message
    described = ",".join(f"{name}={_property(str(value))}" for name, value in fields.items())
    return f"::{WORDS.get(one.severity, 'notice')} {described}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
