"""Collects scenario files (*.exim-test.yaml) in pytest: each test of a file is an item."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from exim_lang.scenario.load import Case
    from exim_lang.scenario.results import Result
    from exim_lang.scenario.run import Runner

SUFFIX = ".exim-test.yaml"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Takes scenario files."""
    if file_path.name.endswith(SUFFIX):
        collector: pytest.Collector = ScenarioCollector.from_parent(parent, path=file_path)
        return collector
    return None


class ScenarioCollector(pytest.File):
    """One scenario file."""

    def collect(self) -> Iterator[pytest.Item]:
        from exim_lang.errors import UsageError
        from exim_lang.scenario.load import load_suite
        from exim_lang.scenario.run import Runner

        try:
            suite = load_suite(self.path)
        except UsageError as error:
            raise self.CollectError(str(error)) from error
        runner = Runner(suite)
        for case in suite.cases:
            yield ScenarioItem.from_parent(self, name=case.name, case=case, runner=runner)


class ScenarioFailed(Exception):
    """A test of a scenario file did not pass."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.name)
        self.result = result


class ScenarioItem(pytest.Item):
    """One test of a scenario file; its tags are keywords, too."""

    def __init__(self, *, case: Case, runner: Runner, **rest: Any) -> None:
        super().__init__(**rest)
        self.case = case
        self.runner = runner
        self.extra_keyword_matches.update(case.tags)

    def runtest(self) -> None:
        result = self.runner.run(self.case)
        if not result.passed:
            raise ScenarioFailed(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        from exim_lang.scenario.reports import plain_failure

        if isinstance(excinfo.value, ScenarioFailed):
            return plain_failure(excinfo.value.result)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.case.line - 1, self.name
