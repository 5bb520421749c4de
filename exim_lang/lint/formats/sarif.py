"""Findings as SARIF 2.1.0 (OASIS), with the ways of values as code flows, and changes as fixes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from exim_lang import __version__
from exim_lang.lint.baseline import fingerprint
from exim_lang.lint.engine import Diagnostic, Report
from exim_lang.lint.finding import Edit, Fix, Note, Severity
from exim_lang.lint.places import Region, region, shown_path
from exim_lang.lint.rule import RULES, Rule
from exim_lang.source.text import Span, Text

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {
    Severity.CRITICAL: "error",
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
    Severity.STYLE: "note",
}
SCORES = {"critical": "9.0", "error": "7.0", "warning": "5.0", "info": "3.0", "style": "1.0"}
"""What stands for a level where others want a number (`security-severity`)."""


def render(reports: Sequence[Report], *, colour: bool = False) -> str:
    """One run with all findings."""
    found = [one for report in reports for one in report.diagnostics]
    rules = [RULES[name] for name in sorted({one.rule.name for one in found})]
    index = {rule.name: number for number, rule in enumerate(rules)}
    driver = {"name": "exim-lang", "version": __version__, "rules": [_rule(rule) for rule in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, index[one.rule.name]) for one in found],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    properties: dict[str, Any] = {"tags": [rule.group]}
    if rule.group in ("taint", "security"):
        properties = {"tags": [rule.group, "security"], "security-severity": SCORES[rule.severity]}
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.page},
        "help": {"text": rule.page},
        "defaultConfiguration": {"level": LEVELS[rule.severity], "enabled": rule.enabled},
        "properties": properties,
    }


def _result(one: Diagnostic, index: int) -> dict[str, Any]:
    finding = one.finding
    message = f"{finding.message}\n{finding.help}" if finding.help else finding.message
    result: dict[str, Any] = {
        "ruleId": one.rule.name,
        "ruleIndex": index,
        "level": LEVELS[one.severity],
        "message": {"text": message},
        "locations": [_location(finding.text, finding.span)],
        "partialFingerprints": {"exim-lang/v1": fingerprint(one)},
    }
    if finding.flow:
        steps = [{"location": _noted(step)} for step in finding.flow]
        steps.append({"location": {**_location(finding.text, finding.span), "message": {"text": finding.message}}})
        result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    if finding.notes:
        result["relatedLocations"] = [_noted(note) for note in finding.notes]
    if finding.fix:
        result["fixes"] = [_fix(finding.fix)]
    return result


def _noted(note: Note) -> dict[str, Any]:
    return {**_location(note.text, note.span), "message": {"text": note.message}}


def _location(text: Text, span: Span) -> dict[str, Any]:
    where = region(text, span)
    return {"physicalLocation": {"artifactLocation": {"uri": shown_path(where.file)}, "region": _region(where)}}


def _region(where: Region) -> dict[str, int]:
    return {
        "startLine": where.line,
        "startColumn": where.column,
        "endLine": where.end_line,
        "endColumn": where.end_column,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    files = {edit.file.name: [other for other in fix.edits if other.file is edit.file] for edit in fix.edits}
    changes = [
        {"artifactLocation": {"uri": shown_path(name)}, "replacements": [_replacement(edit) for edit in edits]}
        for name, edits in files.items()
    ]
    return {"description": {"text": fix.title}, "artifactChanges": changes}


def _replacement(edit: Edit) -> dict[str, Any]:
    deleted = {"byteOffset": edit.start, "byteLength": edit.end - edit.start}
    return {"deletedRegion": deleted, "insertedContent": {"text": edit.replacement}}
