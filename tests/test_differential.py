"""Random expansion strings print the same here and in the installed Exim; see tests/differential.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exim_lang.errors import EximLangError
from exim_lang.expand.engine import expand, parse
from exim_lang.expand.trace import expand_traced
from exim_lang.syntax.expansion import Bad, If, Item, Lookup, Nothing, String
from exim_lang.syntax.expansion_unparse import unparse
from exim_lang.syntax.expansion_walk import walk
from tests.differential import BATCH, Sides, expressions

BATCHES = 10
NUMBERS = st.integers(min_value=0, max_value=2**32)


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Sides:
    return Sides(tmp_path_factory.mktemp("differential"))


@pytest.mark.parametrize("batch", range(BATCHES))
def test_same_as_exim(sides: Sides, batch: int) -> None:
    numbers = range(batch * BATCH, (batch + 1) * BATCH)
    assert sides.unknown(expressions(numbers, sides.data)) == []


def expression(number: int) -> str:
    return expressions([number], "/nonexistent")[0]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(NUMBERS)
def test_traced_is_the_same(sides: Sides, number: int) -> None:
    text = expression(number)
    try:
        plain: bytes | str = expand(text, sides.scope())
    except EximLangError as error:
        plain = error.message
    try:
        trace = expand_traced(text, sides.scope())
        traced: bytes | str | None = trace.error.message if trace.error else trace.result
    except EximLangError as error:
        traced = error.message
    assert traced == plain


@settings(max_examples=300, deadline=None, derandomize=True)
@given(NUMBERS)
def test_spans_of_errors(sides: Sides, number: int) -> None:
    text = expression(number)
    span = None
    try:
        expand(text, sides.scope())
    except EximLangError as error:
        span = error.span
    assert span is None or 0 <= span.start <= span.end <= len(text)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(NUMBERS)
def test_unparse(number: int) -> None:
    root = parse(expression(number))
    if finished(root):
        assert parse(unparse(root)) == root


def finished(root: String) -> bool:
    """Whether reading did not stop anywhere in the string."""
    for node in walk(root):
        if isinstance(node, Bad | Nothing) or getattr(node, "stop", None) is not None:
            return False
        if isinstance(node, String) and not node.closed:
            return False
        if isinstance(node, Item | If | Lookup) and node.fail and not node.arguments:
            return False
    return True


def test_data_is_explained() -> None:
    folder = Path(__file__).parent / "cases" / "differential"
    for line in (folder / "excluded.txt").read_text().splitlines():
        assert line.startswith("#") or len(line.split()) > 1, line
