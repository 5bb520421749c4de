"""What was found before and is not to be shown again: a file of fingerprints.

A fingerprint does not know line numbers, so that other changes to a file leave it alone: it is made of the rule, the file,
the text of the line and the message. The same finding twice is counted.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from pathlib import Path

from exim_lang.errors import UsageError
from exim_lang.lint.engine import Diagnostic, Report

FORMAT = 1


def fingerprint(one: Diagnostic) -> str:
    """A short name of a finding that other changes to the file do not change."""
    place = one.place
    finding = one.finding
    line = finding.text.piece_at(finding.span.start).file.line(place.line).strip()
    parts = (one.rule.name, os.path.basename(place.file), line, finding.message)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def write_baseline(report: Report, path: Path) -> None:
    """Writes what a report found, to be hidden from now on."""
    counts = Counter(fingerprint(one) for one in report.diagnostics)
    path.write_text(json.dumps({"format": FORMAT, "findings": dict(sorted(counts.items()))}, indent=1) + "\n", "utf-8")


def apply_baseline(report: Report, path: Path) -> None:
    """Takes out of a report what the file names; raises UsageError for a file that is no baseline."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{path}: {error}") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise UsageError(f"{path}: not a baseline of this version")
    left: Counter[str] = Counter(data["findings"])
    kept: list[Diagnostic] = []
    for one in report.diagnostics:
        name = fingerprint(one)
        if left[name] > 0:
            left[name] -= 1
            report.silenced += 1
        else:
            kept.append(one)
    report.diagnostics = kept
