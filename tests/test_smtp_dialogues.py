"""Every dialogue in tests/cases/smtp, held by exim-lang; and by the installed Exim, so that the cases stay true."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.smtp_cases import Case, ask_exim, converse, make_session, read_cases

CASES = read_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_dialogue(case: Case) -> None:
    assert "\n".join(converse(make_session(case.configuration), case.said)) == "\n".join(case.lines)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_exim_says_the_same(case: Case, tmp_path: Path) -> None:
    exim = shutil.which("exim4") or shutil.which("exim4", path="/usr/sbin:/usr/local/sbin")
    assert exim is not None, "the package exim4-daemon-heavy is not installed"
    assert ask_exim(exim, case, tmp_path) == case.answers
