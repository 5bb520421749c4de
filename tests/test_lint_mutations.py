"""Whatever becomes of a configuration, the linter says something about it, and soon."""

from __future__ import annotations

import random
import time

import pytest

from exim_lang.lint.engine import lint
from exim_lang.lint.settings import Settings
from exim_lang.model.load import config_from_text
from tests.lint_seeded import BASES, base_text

ROUNDS = 10
SECONDS = 3.0
"""Of CPU time; a sound one takes less than a tenth of a second."""

CHARACTERS = "{}${}\"\\:;,<=!+^*@#/| \t\n\x00\xe9aA0_.()[]N"
EVERYTHING = Settings(select=("all",))


def mutated(text: str, chance: random.Random) -> str:
    """The text with some lines deleted, doubled, exchanged or joined, and some characters changed."""
    lines = text.split("\n")
    for _ in range(chance.randint(0, 6)):
        one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        match chance.randrange(5):
            case 0:
                del lines[one]
            case 1:
                lines.insert(other, lines[one])
            case 2:
                lines[one], lines[other] = lines[other], lines[one]
            case 3:
                lines[one] += "\\"
            case _:
                lines[one] = lines[one].strip() + " " + lines[other].strip()
    characters = list("\n".join(lines))
    for _ in range(chance.randint(0, 12)):
        at = chance.randrange(len(characters))
        match chance.randrange(3):
            case 0:
                del characters[at]
            case 1:
                characters.insert(at, chance.choice(CHARACTERS))
            case _:
                characters[at] = chance.choice(CHARACTERS)
    return "".join(characters)


@pytest.mark.parametrize("part", range(10))
def test_no_mutation_is_too_much(part: int) -> None:
    for seed in range(part * ROUNDS, (part + 1) * ROUNDS):
        chance = random.Random(seed)
        text = mutated(base_text(chance.choice(BASES)), chance)
        start = time.process_time()
        report = lint(config_from_text(text), EVERYTHING)
        assert time.process_time() - start < SECONDS, f"seed {seed}"
        for one in report.diagnostics:
            assert one.finding.message, f"seed {seed}: {one.rule.name}"
            assert 1 <= one.place.line <= text.count("\n") + 1, f"seed {seed}: {one.rule.name} at {one.place}"
