"""The sessions of an example, held with the real Exim in its host checking mode: the replies have the same codes."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from exim_lang.scenario.client import kind_of
from exim_lang.scenario.load import Case, Suite, load_suite
from exim_lang.scenario.run import Runner
from exim_lang.scenario.schema import Client, Step

EXAMPLES = Path(__file__).parent.parent / "examples"
SUITE = load_suite(EXAMPLES / "small-site" / "small-site.exim-test.yaml")


def client_of(case: Case) -> Client:
    return case.scenario.client if isinstance(case.scenario.client, Client) else SUITE.common.client


def comparable(case: Case) -> bool:
    """What is stated, not said, cannot be told to Exim: authentication, encryption."""
    client = client_of(case)
    return isinstance(case.scenario.steps, list) and not client.auth and not client.tls


def lines_of(suite: Suite, step: Step) -> list[str]:
    """What a step sends."""
    kind = kind_of(step)
    value = getattr(step, kind)
    match kind:
        case "ehlo":
            return [f"EHLO {value}"]
        case "mail":
            return [f"MAIL FROM:<{value}>"]
        case "rcpt":
            return [f"RCPT TO:<{value}>"]
        case "data":
            message = suite.common.messages[value]
            text = message.text or (suite.folder / message.file).read_text("utf-8")
            return ["DATA", *text.rstrip("\n").split("\n"), "."]
    return []


def exim_codes(case: Case, steps: list[Step]) -> list[str]:
    """The codes of Exim's replies, without those that say nothing of the mail."""
    exim = shutil.which("exim4")
    assert exim is not None, "the package exim4-daemon-heavy is not installed"
    client = client_of(case)
    lines = [] if kind_of(steps[0]) in ("ehlo", "connect") else [f"EHLO {client.helo}"]
    lines += [line for step in steps for line in lines_of(SUITE, step)]
    done = subprocess.run(
        [exim, "-C", str(SUITE.folder / SUITE.common.configuration), "-bh", client.host],
        input="".join(f"{line}\r\n" for line in [*lines, "QUIT"]),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    codes = [line[:3] for line in done.stdout.splitlines() if re.match(r"\d{3} ", line)]
    return [code for code in codes if code not in ("354", "221")]


@pytest.mark.parametrize("case", [case for case in SUITE.cases if comparable(case)], ids=lambda case: case.name)
def test_same_replies(case: Case) -> None:
    steps = case.scenario.steps
    assert isinstance(steps, list)
    result = Runner(SUITE).run(case)
    assert result.passed
    ours = [found[1] for fate in result.fates if (found := re.search(r" (\d{3}) at ", fate))]
    assert ours == exim_codes(case, steps)
