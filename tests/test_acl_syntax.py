"""Reading ACLs: Exim's own errors at Exim's own lines, places, writing them again, ACLs given inline."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exim_lang.acl.registry import CONDITIONS, CONTROLS, MODIFIERS, VERIFICATIONS
from exim_lang.source.text import Place, SourceFile, Text
from exim_lang.syntax.acl import InlineLine, inline_lines, parse_acl, parse_inline, unparse
from exim_lang.syntax.acl_names import PHASES, acl_facts, acl_names, allowed_phases
from exim_lang.syntax.acl_nodes import VERBS, Acl, Condition, Modifier, Statement

CASES = (Path(__file__).parent / "cases" / "acl" / "syntax.txt").read_text("latin-1").split("---\n")
HEAD = "begin acl\na:\n"
DEBIAN = acl_names((4, 96), frozenset({"dkim", "spf", "content_scanning"}))


def lines_of(text: str, name: str = "exim.conf") -> list[InlineLine]:
    """Logical lines of a text without macros and continuations."""
    file = SourceFile(name, text)
    lines = []
    start = 0
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip(" \t")
        if stripped:
            at = start + line.index(stripped)
            lines.append(InlineLine(Text.of(file, at, at + len(stripped)), name, number))
        start += len(line) + 1
    return lines


def exim_says(path: Path) -> tuple[int, str] | None:
    """The line and the message of the error that the real Exim finds."""
    exim = shutil.which("exim4") or shutil.which("exim4", path="/usr/sbin:/usr/bin")
    assert exim is not None, "these tests compare with an installed Exim (package exim4-daemon-heavy)"
    ran = subprocess.run([exim, "-C", str(path), "-bV"], capture_output=True, check=False)
    found = re.search(r"configuration error in line (\d+) of .*:\n  (.*)", ran.stderr.decode("latin-1"))
    return (int(found[1]), found[2]) if found else None


@pytest.mark.parametrize("case", CASES)
def test_errors_are_exims(case: str, tmp_path: Path) -> None:
    config = tmp_path / "exim.conf"
    config.write_text(HEAD + case, "latin-1")
    _, problems = parse_acl(lines_of(HEAD + case)[1:], DEBIAN)
    first = (problems[0].exim_line, problems[0].message) if problems else None
    assert first == exim_says(config)


@pytest.mark.parametrize("case", CASES)
def test_written_again(case: str) -> None:
    acls, _ = parse_acl(lines_of(HEAD + case)[1:])
    again, problems = parse_acl(lines_of(unparse(acls)))
    assert again == acls
    assert len(problems) == len(acls) - len({acl.name for acl in acls})


def test_all_errors_in_one_run() -> None:
    text = "a:\n dney hosts = x\n  domains = y\n deny foo = 1\n  !message = x\n accept hosts\nb:\n warn set x = 1\n"
    acls, problems = parse_acl(lines_of(text))
    assert [(problem.exim_line, problem.place.column) for problem in problems] == [(2, 2), (4, 7), (5, 4), (6, 9), (8, 11)]
    assert [acl.name for acl in acls] == ["a", "b"]
    assert [statement.verb for statement in acls[0].statements] == ["deny", "accept"]


def test_nodes_know_their_places() -> None:
    acls, problems = parse_acl(lines_of("a: junk\n deny  !hosts = 10.0.0.1\n  set acl_m_x =  y\n", "f"))
    assert not problems
    (acl,) = acls
    hosts, variable = acl.statements[0].conditions
    assert acl == Acl("a", (Statement("deny", (hosts, variable)),), Text.literal("junk"))
    assert hosts == Condition("hosts", Text.literal("10.0.0.1"), negated=True)
    assert variable == Modifier("set", Text.literal("y"), "acl_m_x")
    assert acl.statements[0].place == Place("f", 2, 2)
    assert hosts.place == Place("f", 2, 8)
    assert hosts.argument.place() == Place("f", 2, 17)
    assert variable.argument.place() == Place("f", 3, 18)
    assert (acl.statements[0].exim_file, acl.statements[0].exim_line) == ("f", 2)


@pytest.mark.parametrize(
    "text, lines",
    [
        ("accept", ["accept"]),
        ("  accept  hosts = a \n\n # no\n  deny", ["accept  hosts = a ", "deny"]),
        ("deny hosts = a : \\\n   b \\\n # comment\n   : c\naccept", ["deny hosts = a : b : c", "accept"]),
        ("deny message = x\\", ["deny message = x\\"]),
        ("# only\n# comments", []),
        ("", []),
    ],
)
def test_lines_of_an_inline_acl(text: str, lines: list[str]) -> None:
    assert [line.string for line in inline_lines(Text.literal(text))] == lines


def test_inline_acl_ends_at_a_name() -> None:
    acl, problems = parse_inline(Text.literal("deny hosts = a\nother:\n accept foo"))
    assert not problems
    assert [statement.verb for statement in acl.statements] == ["deny"]


def test_inline_errors_have_no_prefix() -> None:
    _, problems = parse_inline(Text.literal("nope"), exim_file="f", exim_line=7)
    assert [(problem.message, problem.exim_line) for problem in problems] == [('unknown ACL verb "nope" in "nope"', 7)]


ARGUMENT = st.text(st.characters(codec="latin-1", exclude_characters="\n\\\0"), max_size=12).map(
    lambda text: text.strip(" \t\n\v\f\r")
)


@given(st.lists(st.tuples(st.sampled_from(VERBS), st.lists(st.tuples(st.booleans(), ARGUMENT), max_size=3)), max_size=3))
def test_any_acl_can_be_written(parts: list[tuple[str, list[tuple[bool, str]]]]) -> None:
    statements = [
        Statement(verb, tuple(Condition("hosts", Text.literal(text), negated) for negated, text in conditions))  # type: ignore[arg-type]
        for verb, conditions in parts
    ]
    acl = Acl("", tuple(statements))
    again, problems = parse_inline(Text.literal(unparse(acl)))
    assert not problems
    assert again == acl


def test_every_name_has_its_function() -> None:
    registered = {("condition", name) for name in CONDITIONS} | {("modifier", name) for name in MODIFIERS}
    registered |= {("control", name) for name in CONTROLS} | {("verify", name) for name in VERIFICATIONS}
    assert registered == {(fact.kind, fact.name) for fact in acl_facts().values()}


@pytest.mark.parametrize(
    "phases, version, expected",
    [
        ("all", (4, 99), set(PHASES)),
        ("RCPT VRFY", (4, 99), {"RCPT", "VRFY"}),
        ("not CONNECT<4.97 HELO@4.97", (4, 96), set(PHASES) - {"HELO"}),
        ("not CONNECT<4.97 HELO@4.97", (4, 97), set(PHASES) - {"CONNECT"}),
        ("DATA@4.98 DKIM", (4, 97), {"DKIM"}),
    ],
)
def test_phases(phases: str, version: tuple[int, int], expected: set[str]) -> None:
    assert allowed_phases(phases, version) == expected
