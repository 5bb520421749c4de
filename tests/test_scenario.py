"""Scenario files: what `exim-lang test` makes of them. Each case is a file, and what is printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from exim_lang.cli.main import main

CASES = Path(__file__).parent / "cases" / "scenarios"
SEPARATOR = "=====\n"


def outcome(text: str, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """What is printed for a scenario file, without times, and the exit status."""
    monkeypatch.chdir(folder)
    (folder / "t.exim-test.yaml").write_text(text, encoding="utf-8")
    first = text.partition("\n")[0]
    words = first.removeprefix("# args: ").split() if first.startswith("# args: ") else []
    status = main(["test", *words])
    captured = capsys.readouterr()
    printed = re.sub(r" in \d+\.\d\d s\n", " in TIME\n", captured.out + captured.err)
    return f"{printed}exit status {status}\n"


@pytest.mark.parametrize("path", sorted(CASES.glob("*.txt")), ids=lambda path: path.stem)
def test_case(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text, _, expected = path.read_text("utf-8").partition(SEPARATOR)
    assert outcome(text, tmp_path, capsys, monkeypatch) == expected
