"""Runs scenario files (*.exim-test.yaml): what must happen to a mail, checked against the configuration, offline.

Without PATH, all below the current folder. docs/scenarios.md describes the files.

examples:
  exim-lang test
  exim-lang test tests/ -k 'relay and not bounce' --tag fast --tag '!slow'
  exim-lang test --coverage --html coverage.html --fail-under 100
  exim-lang test --junit report.xml --lcov coverage.info -j 4
  exim-lang test --watch
  exim-lang test --chaos

exit status: 0 all passed, 1 a test failed or coverage is too low, 2 usage or unreadable input
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from exim_lang.errors import UsageError

if TYPE_CHECKING:
    from exim_lang.scenario.coverage import Coverage, Kind
    from exim_lang.scenario.suites import Report, Wanted

POLL = 0.5
"""Seconds between two looks at the files, with --watch."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `exim-lang test`."""
    parser.add_argument("paths", metavar="PATH", nargs="*", help="scenario files, or folders with such (default: .)")
    which = parser.add_argument_group("which tests")
    which.add_argument("-k", dest="keyword", default="", metavar="WORDS", help="those whose name has them: a and not b or c")
    which.add_argument("--tag", action="append", default=[], help="those with this tag, or without: !TAG; may be repeated")
    parser.add_argument("-j", "--jobs", type=int, default=0, metavar="N", help="processes (default: as many as pay)")
    parser.add_argument("--watch", action="store_true", help="run again whenever a file changes")
    parser.add_argument("--chaos", action="store_true", help="again with each backend down: what happens to the mail?")
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of scenario files, for editors")
    output = parser.add_argument_group("output")
    output.add_argument("--format", choices=("text", "json", "tap"), default="text")
    output.add_argument("--tap", dest="format", action="store_const", const="tap", help="the Test Anything Protocol")
    output.add_argument("-v", "--verbose", action="store_true", help="tell of tests that passed, too")
    output.add_argument("--junit", metavar="FILE", help="write JUnit's XML")
    coverage = parser.add_argument_group("coverage of the configuration")
    coverage.add_argument("--coverage", action="store_true", help="tell what the tests have not seen of it")
    coverage.add_argument("--lcov", metavar="FILE", help="write lcov's tracefile")
    coverage.add_argument("--cobertura", metavar="FILE", help="write Cobertura's XML")
    coverage.add_argument("--html", metavar="FILE", help="write a page that shows it")
    coverage.add_argument(
        "--fail-under", metavar="PERCENT", help="of verbs reached; or verbs=N,effects=N,conditions=N,branches=N: exit status 1"
    )


def run(options: argparse.Namespace) -> int:
    """Runs the tests; returns the exit status."""
    if options.schema:
        import json

        from exim_lang.scenario.schema import json_schema

        print(json.dumps(json_schema(), indent=2))
        return 0
    limits = read_limits(options.fail_under)
    if options.jobs < 0:
        raise UsageError("-j: a number of processes is wanted")
    return watch(options, limits) if options.watch else once(options, limits)[0]


def once(options: argparse.Namespace, limits: dict[Kind, float]) -> tuple[int, Report]:
    """One run with all reports; returns the exit status and what came of it."""
    from exim_lang.scenario.load import SUFFIX, find_files
    from exim_lang.scenario.reports import Paint, as_json, junit, result_lines, summary, tap
    from exim_lang.scenario.suites import Wanted, run_files

    started = time.perf_counter()
    files = find_files(options.paths)
    if not files:
        raise UsageError(f"there are no scenario files (*{SUFFIX}) here")
    measured = bool(options.coverage or options.lcov or options.cobertura or options.html or limits)
    wanted = Wanted(options.keyword, tuple(options.tag), measured, options.chaos)
    paint = Paint(sys.stdout.isatty() and "NO_COLOR" not in os.environ)

    def tell(report: Report) -> None:
        for result in report.results:
            for line in result_lines(result, paint, options.verbose):
                print(line)

    report = run_files(files, wanted, options.jobs or default_jobs(files), tell if options.format == "text" else None)
    seconds = time.perf_counter() - started
    for line in report.errors:
        print(line, file=sys.stderr)
    if options.format == "json":
        changes = [change.as_dict() for change in report.changes] if options.chaos else None
        print(as_json(report.results, seconds, report.coverage if measured else None, changes), end="")
    elif options.format == "tap":
        print(tap(report.results), end="")
    else:
        if not report.results and not report.errors:
            raise UsageError("no test has that name and these tags")
        print_text(report, options, wanted)
        if report.results:
            print(summary(report.results, seconds, paint))
    if options.junit:
        write(options.junit, junit(report.results, seconds))
    write_coverage(report.coverage, options)
    low = too_low(report.coverage, limits)
    for line in low:
        print(f"exim-lang: {line}", file=sys.stderr)
    if report.errors:
        return 2, report
    return (1 if low or not all(result.passed for result in report.results) else 0), report


def print_text(report: Report, options: argparse.Namespace, wanted: Wanted) -> None:
    from exim_lang.scenario.chaos import table
    from exim_lang.scenario.coverage_reports import text_report

    lines = table(report.changes) if wanted.chaos else []
    if options.coverage:
        lines += text_report(report.coverage)
    for line in lines:
        print(line)


def write_coverage(coverage: Coverage, options: argparse.Namespace) -> None:
    from exim_lang.scenario.coverage_html import html_report
    from exim_lang.scenario.coverage_reports import cobertura, lcov

    for path, make in ((options.lcov, lcov), (options.cobertura, cobertura), (options.html, html_report)):
        if path:
            write(path, make(coverage))


def write(path: str, text: str) -> None:
    """Writes a report; raises UsageError."""
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error


def default_jobs(files: list[Path]) -> int:
    """Another process costs some 0.2 seconds: it pays for many files only."""
    return min(os.cpu_count() or 1, max(1, len(files) // 8))


def read_limits(text: str | None) -> dict[Kind, float]:
    """What --fail-under asks for, in percent; raises UsageError."""
    names: dict[str, Kind] = {"verbs": "statement", "effects": "effect", "conditions": "condition"}
    names |= {"branches": "branch", "routers": "router"}
    limits: dict[Kind, float] = {}
    for word in (text or "").split(",") if text else []:
        name, _, number = word.rpartition("=")
        try:
            limits[names[name or "verbs"]] = float(number)
        except (KeyError, ValueError) as error:
            raise UsageError(f"--fail-under {text}: not a number, nor such as verbs=100,effects=90") from error
    return limits


def too_low(coverage: Coverage, limits: dict[Kind, float]) -> list[str]:
    """What was asked for and not reached."""
    from exim_lang.scenario.coverage import NAMES

    return [
        f"coverage too low: {NAMES[kind]} {coverage.percent(kind):.1f}%, wanted {limit:g}%"
        for kind, limit in limits.items()
        if coverage.percent(kind) < limit
    ]


def watch(options: argparse.Namespace, limits: dict[Kind, float]) -> int:
    """Runs again whenever a scenario file or a configuration changes, until interrupted."""
    from exim_lang.scenario.load import find_files

    while True:
        try:
            once(options, limits)
        except UsageError as error:
            print(f"exim-lang: {error}", file=sys.stderr)
        files = set(find_files(options.paths))
        for path in list(files):
            files |= needed_by(path)
        before = times(files)
        print("waiting for a change; Ctrl-C ends", file=sys.stderr)
        while times(set(find_files(options.paths)) | files) == before:
            time.sleep(POLL)


def needed_by(path: Path) -> set[Path]:
    """The files that a scenario file names: its configuration with all that it includes, its messages."""
    from exim_lang.scenario.load import load_suite
    from exim_lang.scenario.run import Runner

    found: set[Path] = set()
    try:
        suite = load_suite(path)
        tables = [suite.common.messages, *(case.scenario.messages for case in suite.cases)]
        found |= {suite.folder / message.file for table in tables for message in table.values() if message.file}
        if suite.common.configuration:
            found.add(suite.folder / suite.common.configuration)
            found |= {Path(file.name) for file in Runner(suite).config({}).files}
    except UsageError:
        pass  # told when it ran; its own changes are watched all the same
    return found


def times(files: set[Path]) -> dict[Path, int]:
    """When each file was last changed; 0 for one that is not there."""
    found = {}
    for path in files:
        try:
            found[path] = path.stat().st_mtime_ns
        except OSError:
            found[path] = 0
    return found
