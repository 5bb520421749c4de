"""Every item, operator, condition and variable is used in a case: a file of tests/cases."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cache

import pytest

from exim_lang.expand.registry import CONDITIONS, ITEMS, OPERATORS, VARIABLES
from exim_lang.model.dialect import dialect_for
from tests.be_cases import CASES

NAMES_ONLY = {CASES / "variables" / "names", CASES / "differential" / "excluded.txt"}
"""Files that list names without a use."""
LOOPS_AND_BRANCHES = ("filter", "if", "lookup", "map", "reduce", "sort")
JUNCTIONS = ("and", "or", "def", "forany", "forall", "forany_json", "forall_json", "forany_jsons", "forall_jsons")


def known(names: Iterable[str], kind: str) -> list[str]:
    """Those that the Exim of today knows."""
    return [name for name in names if not dialect_for("4.99").lacks(kind, name)]


KINDS: dict[str, tuple[Collection[str], str]] = {
    "item": ({*ITEMS, *LOOPS_AND_BRANCHES}, r"\${{{}\b"),
    "operator": ([*OPERATORS], r"\${{{}(?:_[0-9n-]\w*)?:"),
    "condition": ([*known(CONDITIONS, "condition"), *JUNCTIONS], r"(?:\${{if[\s!]+|{{\s*!?\s*){}(?![\w<>=])"),
    "variable": (known(VARIABLES, "variable"), r"(?:\$\{{?|\bdef:){}(?!\w)"),
}


@cache
def all_cases() -> str:
    paths = sorted(path for path in CASES.rglob("*") if path.is_file() and path not in NAMES_ONLY)
    return "\n".join(path.read_text("latin-1") for path in paths)


@pytest.mark.parametrize("kind", KINDS)
def test_every_name_has_a_case(kind: str) -> None:
    names, use = KINDS[kind]
    assert [name for name in sorted(names) if not re.search(use.format(re.escape(name)), all_cases())] == []


@pytest.mark.parametrize("name", (CASES / "variables" / "names").read_text("ascii").split())
def test_names_of_exim_are_known(name: str) -> None:
    assert name in VARIABLES
