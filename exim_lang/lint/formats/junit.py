"""Findings as JUnit's XML: a suite for each configuration, a failed case for each finding."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from exim_lang.lint.engine import Report
from exim_lang.lint.finding import Severity
from exim_lang.report.frame import frame_at, visible


def render(reports: Sequence[Report], *, colour: bool = False) -> str:
    """All findings; what is mere information or style is a case that passes, with the text as its output."""
    root = ElementTree.Element("testsuites", name="exim-lang lint")
    for report in reports:
        suite = ElementTree.SubElement(root, "testsuite", name=visible(report.config.path))
        failures = 0
        for one in report.diagnostics:
            place = one.place
            title = f"{one.rule.name} {visible(place.file)}:{place.line}:{place.column}"
            case = ElementTree.SubElement(suite, "testcase", name=title, classname=one.rule.group)
            details = frame_at(one.finding.message, one.finding.text, one.finding.span)
            if one.severity.rank <= Severity.WARNING.rank:
                failures += 1
                message = visible(one.finding.message)
                ElementTree.SubElement(case, "failure", message=message, type=str(one.severity)).text = details
            else:
                ElementTree.SubElement(case, "system-out").text = details
        if not report.diagnostics:
            ElementTree.SubElement(suite, "testcase", name="lint", classname="exim-lang")
        suite.set("tests", str(max(1, len(report.diagnostics))))
        suite.set("failures", str(failures))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"
