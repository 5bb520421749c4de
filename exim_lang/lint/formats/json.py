"""Findings as one JSON object, of a form that stays: `docs/lint.schema.json`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from exim_lang.lint.engine import Diagnostic, Report
from exim_lang.lint.finding import Fix, Note
from exim_lang.lint.places import region

VERSION = 1


def render(reports: Sequence[Report], *, colour: bool = False) -> str:
    """All findings, `colour` or not."""
    found = [one for report in reports for one in report.diagnostics]
    data = {
        "version": VERSION,
        "configurations": [
            {"path": report.config.path, "exim_version": str(report.config.dialect), "silenced": report.silenced}
            for report in reports
        ],
        "findings": [finding(one) for one in found],
        "summary": dict(sorted(Counter(str(one.severity) for one in found).items())),
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def finding(one: Diagnostic) -> dict[str, Any]:
    """One finding as data."""
    of = one.finding
    return {
        "rule": one.rule.name,
        "group": one.rule.group,
        "severity": str(one.severity),
        "message": of.message,
        "help": of.help,
        **region(of.text, of.span)._asdict(),
        "macros": list(of.place.macros),
        "vendor": one.vendor,
        "flow": [note(step) for step in of.flow],
        "notes": [note(step) for step in of.notes],
        "fix": fix(of.fix) if of.fix else None,
        "witness": of.witness,
    }


def note(one: Note) -> dict[str, Any]:
    """Another place of a finding as data."""
    return {"message": one.message, **region(one.text, one.span)._asdict()}


def fix(one: Fix) -> dict[str, Any]:
    """A change as data; `start` and `end` are offsets of bytes."""
    edits = [
        {"file": edit.file.name, "start": edit.start, "end": edit.end, "replacement": edit.replacement} for edit in one.edits
    ]
    return {"title": one.title, "safe": one.safe, "edits": edits}
