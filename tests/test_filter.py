"""Filter files: `-bf` and `-bF` print what Exim prints; the cases are checked with the installed Exim."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from exim_lang.cli.main import main
from tests.filter_cases import FOLDER, MESSAGE, Case, ask_exim, command, normal, read_cases

FILES = sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("case", [case for path in FILES for case in read_cases(path)], ids=str)
def test_case(
    case: Case, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(MESSAGE)))
    status = main(["exim", "--exim-version", "4.96", *command(case, tmp_path)])
    assert normal(capfdbinary.readouterr().out, status, tmp_path) == case.expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_exim_says_the_same(path: Path, tmp_path: Path) -> None:
    cases = read_cases(path)
    folders = [tmp_path / str(number) for number in range(len(cases))]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(ask_exim, cases, folders))
    wrong = [f"{case}: {answer}" for case, answer in zip(cases, answers, strict=True) if answer != case.expected]
    assert not wrong, "\n".join(wrong)
