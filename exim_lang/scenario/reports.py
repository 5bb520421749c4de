"""Results of tests as text, TAP, JUnit's XML and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

from exim_lang.scenario.coverage import KINDS, Coverage
from exim_lang.scenario.results import Failure, Result

JSON_VERSION = 1


class Paint:
    """Colours, where they are wanted."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text


def clean(text: str) -> str:
    """Text without what a terminal, or XML, would choke on."""
    return "".join(char if char.isprintable() or char == "\n" else f"\\x{ord(char):02x}" for char in text)


def failure_lines(failure: Failure, paint: Paint) -> list[str]:
    """Why a test did not pass, for people."""
    lines = [paint("1", failure.step)] if failure.step else []
    if failure.reason:
        lines += [f"  {line}" for line in clean(failure.reason).splitlines()]
    for one in failure.differences:
        lines += _pair(one.what, clean(one.expected), clean(one.actual), paint)
    lines += [f"  {clean(line)}" for line in failure.explanation]
    if failure.stub:
        lines.append("  to answer it, paste into the scenario file:")
        lines += [paint("36", f"    {line}") for line in failure.stub.split("\n")]
    return lines


def _pair(what: str, expected: str, actual: str, paint: Paint) -> list[str]:
    expected, actual = expected or "(empty)", actual or "(empty)"
    if "\n" not in expected + actual and len(expected) + len(actual) < 90:
        return [f"  {what}: expected {paint('32', expected)}, actual {paint('31', actual)}"]
    lines = [f"  {what}:"]
    for name, text, code in (("expected", expected, "32"), ("actual", actual, "31")):
        first, *rest = text.split("\n")
        lines += [f"    {name:<8}  {paint(code, first)}", *(f"              {paint(code, line)}" for line in rest)]
    return lines


def result_lines(result: Result, paint: Paint, verbose: bool = False) -> list[str]:
    """One result for people; nothing for one that passed, unless `verbose`."""
    if result.passed:
        return [f"{paint('32', 'ok')}    {result.file}:{result.line}: {result.name}"] if verbose else []
    lines = []
    word = "FAIL" if result.outcome == "failed" else "ERROR"
    for failure in result.failures:
        lines.append(f"{paint('31', word)}  {result.file}:{failure.line}: {clean(result.name)}")
        lines += [f"  {line}" for line in failure_lines(failure, paint)]
    return lines


def summary(results: Sequence[Result], seconds: float, paint: Paint) -> str:
    """The last line."""
    failed = sum(result.outcome == "failed" for result in results)
    broken = sum(result.outcome == "error" for result in results)
    words = [f"{sum(result.passed for result in results)} passed"]
    words += [f"{failed} failed"] if failed else []
    words += [f"{broken} could not be run"] if broken else []
    return paint("31" if failed or broken else "32", ", ".join(words)) + f" in {seconds:.2f} s"


def plain_failure(result: Result) -> str:
    """All failures of a result as plain text."""
    return "\n".join(line for failure in result.failures for line in failure_lines(failure, Paint(False)))


def tap(results: Sequence[Result]) -> str:
    """The Test Anything Protocol, version 13, with what went wrong as comments."""
    lines = ["TAP version 13", f"1..{len(results)}"]
    for number, result in enumerate(results, 1):
        name = clean(result.name).replace("\n", " ").replace("#", "\\#")
        lines.append(f"{'ok' if result.passed else 'not ok'} {number} - {name}")
        if not result.passed:
            lines.append(f"# {result.file}:{result.line}")
            lines += [f"# {line}" for line in plain_failure(result).splitlines()]
    return "\n".join(lines) + "\n"


def junit(results: Sequence[Result], seconds: float) -> str:
    """JUnit's XML, a suite for each file."""
    failed, broken = ([result for result in results if result.outcome == word] for word in ("failed", "error"))
    facts = {"tests": str(len(results)), "failures": str(len(failed)), "errors": str(len(broken)), "time": f"{seconds:.3f}"}
    root = ElementTree.Element("testsuites", {"name": "exim-lang", **facts})
    for file in dict.fromkeys(result.file for result in results):
        own = [result for result in results if result.file == file]
        counts = {
            "tests": str(len(own)),
            "failures": str(sum(result.outcome == "failed" for result in own)),
            "errors": str(sum(result.outcome == "error" for result in own)),
            "time": f"{sum(result.seconds for result in own):.3f}",
        }
        suite = ElementTree.SubElement(root, "testsuite", {"name": file, "file": file, **counts})
        for result in own:
            named = {"name": clean(result.name), "classname": file, "file": file, "line": str(result.line)}
            case = ElementTree.SubElement(suite, "testcase", {**named, "time": f"{result.seconds:.3f}"})
            if not result.passed:
                text = plain_failure(result)
                tag = "failure" if result.outcome == "failed" else "error"
                ElementTree.SubElement(case, tag, {"message": text.splitlines()[0] if text else ""}).text = text
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def as_json(results: Sequence[Result], seconds: float, coverage: Coverage | None, chaos: list[dict[str, Any]] | None) -> str:
    """One object: `version`, `summary`, `tests`, and `coverage` and `chaos` where asked for."""
    counts = {word: sum(result.outcome == word for result in results) for word in ("passed", "failed", "error")}
    data: dict[str, Any] = {
        "version": JSON_VERSION,
        "summary": {**counts, "seconds": round(seconds, 6)},
        "tests": [result.as_dict() for result in results],
    }
    if coverage is not None:
        totals = {kind: coverage.total(kind) for kind in KINDS}
        data["coverage"] = {
            "totals": {kind: {"covered": seen, "total": total} for kind, (seen, total) in totals.items()},
            "points": [
                {"kind": p.kind, "file": p.file, "line": p.line, "column": p.column, "counts": p.counts} for p in coverage.of()
            ],
        }
    if chaos is not None:
        data["chaos"] = chaos
    return json.dumps(data, indent=2) + "\n"
