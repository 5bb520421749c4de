"""Scenario files: what `exim-lang test` makes of them. Each case is a file, and what is printed."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from exim_lang.cli.main import main
from exim_lang.errors import UsageError
from exim_lang.scenario.load import suite_from_text
from exim_lang.scenario.run import Runner

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


PIECES = ["{", "}", "[", "]", ":", '"', "'", "\n", "- ", "\t", "&a ", "*a ", "!!x ", "|", "\0", "é", "{{x}}", "null", "5"]


@pytest.mark.parametrize("seed", range(8))
def test_damaged_files(seed: int) -> None:
    """Whatever a file holds, it is read, or it is a mistake with its place; and what is read can be run."""
    draw = random.Random(seed)
    texts = [path.read_text("utf-8").partition(SEPARATOR)[0] for path in sorted(CASES.glob("*.txt"))]
    mistakes: list[str] = []
    for _ in range(20):
        text = draw.choice(texts)
        for _ in range(draw.randint(1, 3)):
            at = draw.randrange(len(text))
            text = text[:at] + draw.choice(PIECES) + text[at + draw.randint(0, 8) :]
        try:
            suite = suite_from_text(text, Path("damaged.exim-test.yaml"))
        except UsageError as error:
            mistakes += error.message.splitlines()
            continue
        runner = Runner(suite)
        for case in suite.cases[:5]:
            assert runner.run(case).outcome in ("passed", "failed", "error")
    assert mistakes
    assert all(re.match(r"damaged\.exim-test\.yaml:\d+:\d+: .", line) for line in mistakes)
