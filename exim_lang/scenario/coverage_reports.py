"""Reports of coverage: text, lcov, Cobertura."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from xml.etree import ElementTree

from exim_lang.scenario.coverage import KINDS, NAMES, SIDED, Coverage, Point


def text_report(coverage: Coverage) -> list[str]:
    """A table of the files, and what has not been seen."""
    lines = ["coverage of the configuration"]
    for file in files_of(coverage):
        lines.append(f"  {file}")
        for kind in KINDS:
            covered, total = coverage.total(kind, file)
            if total:
                lines.append(f"    {NAMES[kind]:<28}{covered:>5} of {total:<5}{coverage.percent(kind, file):6.1f}%")
    missed = [point for point in coverage.of() if point.missing()]
    unreached = {(point.file, point.line, point.column) for point in missed if point.kind == "statement"}
    if missed:
        lines.append("  not seen")
    hidden = 0
    for point in missed:
        if point.kind in SIDED and not any(point.counts):
            hidden += 1
            continue
        if point.kind == "effect" and (point.file, point.line, point.column) in unreached:
            continue
        owner = f" ({point.owner})" if point.owner else ""
        lines.append(f"    {point.file}:{point.line}: {shown(point.what)}: {point.missing()}{owner}")
    if hidden:
        lines.append(f"    and {hidden} conditions and branches that were never come to")
    return lines


def shown(text: str) -> str:
    """Configuration text for people."""
    text = text.encode("latin-1", "replace").decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else " " for char in text)


def files_of(coverage: Coverage) -> list[str]:
    """The files that have anything to cover."""
    return sorted({point.file for point in coverage.points.values()})


def lcov(coverage: Coverage) -> str:
    """The tracefile of lcov: a line for each statement and condition, branches for what is true or false."""
    lines = []
    for file in files_of(coverage):
        points = [point for point in coverage.of() if point.file == file]
        lines += ["TN:", f"SF:{os.path.abspath(file) if os.path.exists(file) else file}"]
        sided = [point for point in points if point.kind in SIDED]
        for number, point in enumerate(sided):
            for side, count in enumerate(point.counts):
                taken = str(count) if any(point.counts) else "-"
                lines.append(f"BRDA:{point.line},{number},{side},{taken}")
        lines += [f"BRF:{sum(len(one.counts) for one in sided)}", f"BRH:{sum(one.covered for one in sided)}"]
        hits = line_hits(points)
        lines += [f"DA:{line},{count}" for line, count in sorted(hits.items())]
        lines += [f"LF:{len(hits)}", f"LH:{sum(count > 0 for count in hits.values())}", "end_of_record"]
    return "\n".join(lines) + "\n"


def line_hits(points: list[Point]) -> dict[int, int]:
    """How often each line that has something to do did it."""
    hits: dict[int, int] = defaultdict(int)
    for point in points:
        if point.kind != "effect":
            hits[point.line] = max(hits[point.line], sum(point.counts))
    return hits


def cobertura(coverage: Coverage) -> str:
    """Cobertura's XML."""
    covered, total = _line_total(coverage)
    branches = _branch_total(coverage)
    root = ElementTree.Element(
        "coverage",
        {
            "line-rate": _rate(covered, total),
            "branch-rate": _rate(*branches),
            "lines-covered": str(covered),
            "lines-valid": str(total),
            "branches-covered": str(branches[0]),
            "branches-valid": str(branches[1]),
            "complexity": "0",
            "version": "exim-lang",
            "timestamp": str(int(time.time())),
        },
    )
    ElementTree.SubElement(ElementTree.SubElement(root, "sources"), "source").text = "."
    packages = ElementTree.SubElement(root, "packages")
    rates = {"line-rate": _rate(covered, total), "branch-rate": _rate(*branches)}
    package = ElementTree.SubElement(packages, "package", {"name": "exim", **rates, "complexity": "0"})
    classes = ElementTree.SubElement(package, "classes")
    for file in files_of(coverage):
        points = [point for point in coverage.of() if point.file == file]
        hits = line_hits(points)
        own = sum(count > 0 for count in hits.values())
        sided = [point for point in points if point.kind in SIDED]
        own_rates = _rate(own, len(hits)), _rate(sum(one.covered for one in sided), sum(len(one.counts) for one in sided))
        facts = {"name": os.path.basename(file), "filename": file, "line-rate": own_rates[0], "branch-rate": own_rates[1]}
        unit = ElementTree.SubElement(classes, "class", {**facts, "complexity": "0"})
        ElementTree.SubElement(unit, "methods")
        lines = ElementTree.SubElement(unit, "lines")
        for number, count in sorted(hits.items()):
            line = ElementTree.SubElement(lines, "line", {"number": str(number), "hits": str(count), "branch": "false"})
            there = [point for point in sided if point.line == number]
            if there:
                seen, sides = sum(one.covered for one in there), sum(len(one.counts) for one in there)
                line.set("branch", "true")
                line.set("condition-coverage", f"{100 * seen // sides}% ({seen}/{sides})")
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _line_total(coverage: Coverage) -> tuple[int, int]:
    covered = total = 0
    for file in files_of(coverage):
        hits = line_hits([point for point in coverage.of() if point.file == file])
        covered += sum(count > 0 for count in hits.values())
        total += len(hits)
    return covered, total


def _branch_total(coverage: Coverage) -> tuple[int, int]:
    totals = [coverage.total(kind) for kind in SIDED]
    return sum(one[0] for one in totals), sum(one[1] for one in totals)


def _rate(covered: int, total: int) -> str:
    return f"{covered / total if total else 1:.4f}"
