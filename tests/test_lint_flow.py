"""The flow of tainted values: classes as the installed Exim shows them, ways, sinks, versions, changes."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from exim_lang.lint.engine import Diagnostic, lint
from exim_lang.lint.flow.taint import Level, Taint
from exim_lang.lint.settings import Settings
from exim_lang.lint.survey import Survey
from exim_lang.model.dialect import complete_dialect
from exim_lang.model.load import config_from_text
from tests.flow_cases import CONFIGURATION, HEAD, RETRY, classes_of, log_of, read_classes, read_sinks

FOLDER = Path(__file__).parent / "cases" / "flow"
CASES = read_classes(FOLDER / "classes.txt")


def class_of(value: Taint) -> str:
    if value.level is Level.QUOTED:
        return "quoted:" + ",".join(sorted(value.quoters))
    return "tainted" if value.tainted else "untainted"


def test_classes_as_analysed() -> None:
    lists = "".join(f"domainlist l{number} = {text}\n" for number, (text, _) in enumerate(CASES))
    text = CONFIGURATION.replace("begin acl", lists + "begin acl")
    survey = Survey(config_from_text(text, "exim.conf", dialect=complete_dialect("4.96")))
    flow = survey.flow
    found = [class_of(flow.taint_of(use)) for use in survey.uses if use.where == "list"]
    assert [(text, kind) for (text, _), kind in zip(CASES, found, strict=True)] == CASES


def test_classes_as_exim_has_them(tmp_path: Path) -> None:
    found = classes_of([text for text, _ in CASES], tmp_path)
    assert [(text, kind) for (text, _), kind in zip(CASES, found, strict=True)] == CASES


SINKS = read_sinks(FOLDER / "sinks.txt")
TAINT = ("taint",)


def found_in(text: str, version: str = "4.96", select: tuple[str, ...] = TAINT) -> list[Diagnostic]:
    """What the rules about taint, or some others, find in a configuration."""
    config = config_from_text(text, "exim.conf", dialect=complete_dialect(version))
    return lint(config, Settings(select=select)).diagnostics


@pytest.mark.parametrize("rule, text, words", [pytest.param(*one, id=f"{n}-{one[0]}") for n, one in enumerate(SINKS)])
def test_sinks(rule: str, text: str, words: str) -> None:
    found = {one.rule.name for one in found_in((HEAD + text + RETRY).replace("DIR", "/folder")) if one.severity.rank < 2}
    assert rule in found if rule != "silent" else not found, found
    with TemporaryDirectory(dir="/tmp") as folder:  # those of pytest are closed to the user that Exim runs as
        assert words in log_of(text, Path(folder))

