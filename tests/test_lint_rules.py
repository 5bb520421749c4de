"""The manual page of each rule: its bad examples are found at their lines, its good ones are not."""

from __future__ import annotations

import pytest

from exim_lang.lint.page import Example, examples
from exim_lang.lint.rule import RULES
from tests.lint_examples import found_in, placed

CASES = [
    pytest.param(name, example, id=f"{name}-{'bad' if example.bad else 'good'}-{number}")
    for name in RULES
    for number, example in enumerate(examples(RULES[name].page))
]


@pytest.mark.parametrize("name", list(RULES))
def test_page_has_both_examples(name: str) -> None:
    page = RULES[name].page
    found = examples(page)
    assert RULES[name].summary.endswith("."), "a page begins with a sentence"
    assert any(example.bad for example in found), page
    assert any(not example.bad for example in found), page
    assert page.count("Bad (") + page.count("Good (") == len(found), "an example that cannot be read"


@pytest.mark.parametrize("name", list(RULES))
def test_file_is_named_like_the_rule(name: str) -> None:
    module = RULES[name].check.__module__
    assert module == f"exim_lang.lint.rules.{name.replace('-', '_').replace('.', '_')}"


@pytest.mark.parametrize("name, example", CASES)
def test_example(name: str, example: Example) -> None:
    found = found_in(example, name)
    if example.bad:
        assert found, f"{name} finds nothing in\n{placed(example).text}"
    else:
        assert not found, "\n".join(f"{one.place}: {one.finding.message}" for one in found)
