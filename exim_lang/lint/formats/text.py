"""Findings for people: the line with carets under the place, the way of a value, what to write instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from exim_lang.lint.engine import Diagnostic, Report
from exim_lang.lint.finding import Note, Severity
from exim_lang.report.frame import frame_at, visible


def render(reports: Sequence[Report], *, colour: bool = False) -> str:
    """All findings and a line that counts them."""
    lines = [line for report in reports for one in report.diagnostics for line in (*_finding(one, colour), "")]
    return "\n".join([*lines, _summary(reports)]) + "\n"


def _finding(one: Diagnostic, colour: bool) -> Iterator[str]:
    finding = one.finding
    label = f"{one.severity}: {one.rule.name}"
    yield frame_at(finding.message, finding.text, finding.span, colour=colour, label=label)
    for note in (*finding.flow, *finding.notes):
        yield _note(note)
    if finding.help:
        yield f"  help: {visible(finding.help)}"
    if finding.witness:
        yield "  shown by this scenario:"
        yield from (f"    {line}" for line in finding.witness.splitlines())


def _note(note: Note) -> str:
    return f"  {note.place}: {visible(note.message)}"


def _summary(reports: Sequence[Report]) -> str:
    levels = Counter(one.severity for report in reports for one in report.diagnostics)
    hidden = sum(report.silenced for report in reports)
    counts = ", ".join(f"{levels[level]} {level}" for level in Severity if levels[level])
    return (counts or "nothing found") + (f"; {hidden} silenced" if hidden else "")
