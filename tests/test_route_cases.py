"""`-bt`, `-bv` and `-bvs` print what Exim prints; the cases are checked with the installed Exim."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from exim_lang.cli.main import main
from tests.route_cases import FOLDER, Case, ask_exim, configuration_file, read_cases

FILES = sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("case", [case for path in FILES for case in read_cases(path)], ids=str)
def test_case(case: Case, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = configuration_file(case, tmp_path)
    status = main(["exim", "--exim-version", "4.96", "-C", str(path), *case.flags])
    output = capfdbinary.readouterr().out.decode("latin-1")
    assert (output, status) == (case.output, case.status)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_exim_says_the_same(path: Path, tmp_path: Path) -> None:
    cases = read_cases(path)
    folders = [tmp_path / str(number) for number in range(len(cases))]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(ask_exim, cases, folders))
    wrong = [f"{case}: {answer}" for case, answer in zip(cases, answers, strict=True) if answer != (case.output, case.status)]
    assert not wrong
