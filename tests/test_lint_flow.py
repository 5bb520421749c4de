"""The flow of tainted values: classes as the installed Exim shows them, ways, sinks, versions, changes."""

from __future__ import annotations

from pathlib import Path

from exim_lang.lint.flow.flow import flow_of
from exim_lang.lint.flow.taint import Level, Taint
from exim_lang.lint.survey import Survey
from exim_lang.model.dialect import complete_dialect
from exim_lang.model.load import config_from_text
from tests.flow_cases import CONFIGURATION, classes_of, read_classes

CASES = read_classes(Path(__file__).parent / "cases" / "flow" / "classes.txt")


def class_of(value: Taint) -> str:
    if value.level is Level.QUOTED:
        return "quoted:" + ",".join(sorted(value.quoters))
    return "tainted" if value.tainted else "untainted"


def test_classes_as_analysed() -> None:
    text = CONFIGURATION.replace("begin acl", "".join(f"domainlist l{n} = {text}\n" for n, (text, _) in enumerate(CASES)) + "begin acl")
    survey = Survey(config_from_text(text, "exim.conf", dialect=complete_dialect("4.96")))
    flow = flow_of(survey)
    found = [class_of(flow.taint_of(use)) for use in survey.uses if use.where == "list"]
    assert [(text, kind) for (text, _), kind in zip(CASES, found, strict=True)] == CASES


def test_classes_as_exim_has_them(tmp_path: Path) -> None:
    found = classes_of([text for text, _ in CASES], tmp_path)
    assert [(text, kind) for (text, _), kind in zip(CASES, found, strict=True)] == CASES
