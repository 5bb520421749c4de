"""What the file says that Exim says of the bad examples of the rules' pages is what the installed Exim says."""

from __future__ import annotations

import re

from exim_lang.lint.rule import RULES
from tests.lint_exim_says import Said, exim_says, recorded

QUOTED = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")


def test_the_file_is_what_exim_says() -> None:
    assert exim_says() == recorded(), "python -m tests.lint_exim_says writes the file anew"


def test_most_of_the_mistakes_are_not_found_by_exim_when_it_starts() -> None:
    at_start = [one for one in recorded() if one.asked == "-bV"]
    refused = [one for one in at_start if one.answer != "accepts"]
    assert len(at_start) > 300
    assert len(refused) < len(at_start) / 4


def test_messages_that_pages_quote_are_exims() -> None:
    """A quoted sentence that shares most of its words with Exim's answer is that answer, or a part of it."""
    wrong = []
    for one in recorded():
        if one.answer != "accepts":
            wrong += [f"{one.rule}: {quoted!r} is not in {one.answer!r}" for quoted in _misquoted(one)]
    assert not wrong, "\n".join(wrong)


def _misquoted(said: Said) -> list[str]:
    answer = said.answer.removeprefix("Failed: ")
    words = set(answer.split())
    quotes = [" ".join(found.split()) for found in QUOTED.findall(RULES[said.rule].page.partition("Bad (")[0])]
    sentences = [quote for quote in quotes if len(quote.split()) > 2]
    return [quote for quote in sentences if len(words & set(quote.split())) * 2 > len(quote.split()) and quote not in answer]
