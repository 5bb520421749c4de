"""Runs many scenario files, in several processes when that pays."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from exim_lang.errors import UsageError
from exim_lang.records import dataclass, field
from exim_lang.scenario.chaos import Change, chaos_of
from exim_lang.scenario.coverage import Coverage, CoverageWatch
from exim_lang.scenario.load import Case, load_suite
from exim_lang.scenario.results import Result
from exim_lang.scenario.run import Runner

if TYPE_CHECKING:
    from exim_lang.model.config import Config


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tests, and what besides. `tags` are those of which a test must have one; with `!` in front, must not have."""

    keyword: str = ""
    tags: tuple[str, ...] = ()
    coverage: bool = False
    chaos: bool = False

    def takes(self, case: Case, file: str) -> bool:
        """Whether the test is one of those wanted."""
        excluded = {tag[1:] for tag in self.tags if tag.startswith("!")}
        included = {tag for tag in self.tags if not tag.startswith("!")}
        if case.tags & excluded or (included and not case.tags & included):
            return False
        return not self.keyword or keyword_holds(self.keyword, f"{file} {case.name} {' '.join(case.tags)}")


@dataclass(slots=True)
class Report:
    """What came of one file, or of all."""

    results: list[Result] = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage)
    changes: list[Change] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    """What is wrong with files that could not be read or understood: `file:line:col: sentence`."""

    def add(self, other: Report) -> None:
        self.results += other.results
        self.coverage.merge(other.coverage)
        self.changes += other.changes
        self.errors += other.errors


def keyword_holds(expression: str, text: str) -> bool:
    """`a and not b or c`: words that must be found in the text, whatever the case of letters."""
    text = text.lower()
    return any(
        all(_word_holds(word.strip(), text) for word in re.split(r"\s+and\s+", part))
        for part in re.split(r"\s+or\s+", expression.strip())
    )


def _word_holds(word: str, text: str) -> bool:
    return word[4:].strip().lower() not in text if word.lower().startswith("not ") else word.lower() in text


def run_file(path: Path, wanted: Wanted) -> Report:
    """Runs the tests of one file; one that cannot be understood is in the report's errors."""
    report = Report()
    try:
        suite = load_suite(path)
    except UsageError as error:
        report.errors = error.message.splitlines()
        return report

    def watch(config: Config) -> CoverageWatch:
        return CoverageWatch(report.coverage, config)

    runner = Runner(suite, watch if wanted.coverage else None)
    unwatched = Runner(suite)
    cases = [case for case in suite.cases if wanted.takes(case, str(path))]
    for case in cases:
        result = runner.run(case)
        report.results.append(result)
        if wanted.chaos:
            report.changes += chaos_of(unwatched, case, result)
    return report


def run_files(paths: list[Path], wanted: Wanted, jobs: int = 1, on_report: Callable[[Report], None] | None = None) -> Report:
    """Runs the files with up to `jobs` processes; results come in the order of the files."""
    whole = Report()
    for report in _reports(paths, wanted, min(jobs, len(paths))):
        whole.add(report)
        if on_report is not None:
            on_report(report)
    return whole


def _reports(paths: list[Path], wanted: Wanted, jobs: int) -> Iterator[Report]:
    if jobs <= 1:
        for path in paths:
            yield run_file(path, wanted)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(run_file, paths, [wanted] * len(paths))
