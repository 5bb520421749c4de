"""Transports do what Exim does; the cases are delivered by the installed Exim as well."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from exim_lang.transport.registry import TRANSPORTS
from tests.deliveries import FOLDER, Case, ask_exim, read_cases, simulated, smtp_server

FILES = sorted(FOLDER.glob("*.txt"))
PORT = 2525


@pytest.mark.parametrize("case", [case for path in FILES for case in read_cases(path)], ids=str)
def test_case(case: Case, tmp_path: Path) -> None:
    assert simulated(case, tmp_path, PORT) == case.expected


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[int, list[str]]]:
    with smtp_server() as running:
        yield running


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_exim_does_the_same(path: Path, server: tuple[int, list[str]]) -> None:
    def answer(case: Case) -> str:
        # the deliveries run as another user, who may not enter the folders of pytest
        with tempfile.TemporaryDirectory(prefix="deliveries-") as name:
            return ask_exim(case, Path(name), *server)

    cases = read_cases(path)
    alone = any("driver = smtp" in case.configuration for case in cases)  # there is one server
    with ThreadPoolExecutor(1 if alone else 2) as pool:
        answers = list(pool.map(answer, cases))
    wrong = [f"{case}:\n{got}" for case, got in zip(cases, answers, strict=True) if got != case.expected]
    assert not wrong, "\n".join(wrong)


def test_every_driver_is_there() -> None:
    assert set(TRANSPORTS) == {"appendfile", "autoreply", "lmtp", "pipe", "queuefile", "smtp"}
