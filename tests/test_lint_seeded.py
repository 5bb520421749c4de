"""Mistakes put into sound configurations, one each: found at their lines, and nothing is in the sound ones."""

from __future__ import annotations

import pytest

from exim_lang.cli.main import main as run
from exim_lang.lint.engine import lint
from exim_lang.lint.finding import Severity
from exim_lang.lint.settings import Settings
from exim_lang.model.load import config_from_text
from tests.lint_seeded import BASES, FOLDER, Mistake, base_text, exim_refuses, mistakes

MISTAKES = mistakes()
REFUSED = 44
"""How many of the mistakes Exim 4.96 finds when it starts."""


def test_there_are_many_and_each_has_its_title() -> None:
    assert len(MISTAKES) > 200
    assert len({str(one) for one in MISTAKES}) == len(MISTAKES)


@pytest.mark.parametrize("base", BASES)
def test_nothing_is_wrong_with_the_sound_configurations(base: str) -> None:
    report = lint(config_from_text(base_text(base)))
    wrong = [one for one in report.diagnostics if one.severity.rank <= Severity.WARNING.rank]
    assert not wrong, [f"{one.place}: {one.rule.name}" for one in wrong]
    assert not exim_refuses(base_text(base))


@pytest.mark.parametrize("base", BASES)
def test_the_sound_configurations_do_what_they_are_for(base: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", str(FOLDER / f"{base}.exim-test.yaml")]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_mistake_is_found_at_its_line(mistake: Mistake) -> None:
    text, wanted = mistake.seeded
    found = lint(config_from_text(text), Settings(select=mistake.rules)).diagnostics
    assert any(one.place.line in wanted for one in found), [f"{one.place}: {one.rule.name}" for one in found]


def test_what_exim_itself_finds_of_them_is_written_down() -> None:
    wrong = []
    for one in MISTAKES:
        said = exim_refuses(one.seeded[0])
        if (bool(said), said.startswith(one.refused)) != (bool(one.refused), True):
            wrong.append(f"{one}: {said!r} is not {one.refused!r}")
    assert not wrong, "\n".join(wrong)
    assert sum(bool(one.refused) for one in MISTAKES) == REFUSED
