"""ACLs: each case is run by the real Exim, too, and has to have the same trace, log lines and verdict.

A file of cases holds ACLs without their names, separated by lines of three dashes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from exim_lang.world.fixtures import Fixtures
from exim_lang.world.world import World
from tests.acl_helper import CLIENT, Outcome, ask_exim, ask_toolkit, write_config

CASES = Path(__file__).parent / "cases" / "acl"
COMPARED = ("verbs", "modifiers", "addresses", "controls", "rates", "verify")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that Exim's own user can get at, unlike those of pytest; Exim leaves files in it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        yield Path(name)


def read_cases(name: str) -> list[str]:
    return (CASES / f"{name}.txt").read_text("latin-1").split("---\n")


@pytest.mark.parametrize("name", COMPARED)
def test_as_exim_does(name: str, folder: Path) -> None:
    cases = read_cases(name)
    config = write_config(folder, cases)
    theirs = ask_exim(config, cases)
    ours = ask_toolkit(config, cases, World())
    for case, expected, got in zip(cases, theirs, ours, strict=True):
        assert expected.trace, f"Exim did not run {case!r}"
        assert (case, got) == (case, expected)


def read_recorded() -> list[tuple[str, str, str]]:
    """Cases with what Exim 4.96 made of them when the DNS had what dnslists.json says: ACL, verdict, log message."""
    found = []
    for block in (CASES / "dnslists.txt").read_text("latin-1").split("---\n"):
        lines = block.splitlines()
        verdict, _, message = lines[-1].removeprefix("# ").partition(": ")
        found.append(("\n".join(lines[:-1]) + "\n", verdict, message))
    return found


def test_dnslists(folder: Path) -> None:
    recorded = read_recorded()
    cases = [case for case, _, _ in recorded]
    world = World(fixtures=Fixtures.load(str(CASES / "dnslists.json")))
    outcomes = ask_toolkit(write_config(folder, cases), cases, world)
    assert CLIENT == b"10.0.0.2"
    for (case, verdict, message), got in zip(recorded, outcomes, strict=True):
        assert (case, got.refused, got.message) == (case, verdict, message)


def test_outcomes_compare() -> None:
    """The comparison above sees differences."""
    assert Outcome(["a"]) != Outcome(["b"])
    assert Outcome(refused="deny", message="x") != Outcome(refused="deny", message="y")
