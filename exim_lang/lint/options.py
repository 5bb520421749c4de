"""Options that stand where Exim does not know them, and where it would."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from exim_lang.model.options import every_age, find_option, names_of, sections

if TYPE_CHECKING:
    from exim_lang.errors import Problem
    from exim_lang.lint.survey import Survey
    from exim_lang.model.config import Driver
    from exim_lang.model.dialect import Dialect

UNKNOWN = '^(?:main )?option "([^"]*)" unknown'


def unknown_options(survey: Survey) -> Iterator[tuple[Problem, str, Driver | None]]:
    """What Exim refuses as unknown: the problem, the name, and the driver that it stands in (None: the main section)."""
    for problem, found in survey.problems(UNKNOWN):
        owner = None if problem.message.startswith("main") else _owner(survey, problem)
        yield problem, found[1], owner


def _owner(survey: Survey, problem: Problem) -> Driver | None:
    """The last driver that begins in front of a problem."""
    place = problem.place
    before = [one for one in survey.drivers if one.place.file == place.file and one.place.line <= place.line]
    return max(before, key=lambda one: one.place.line, default=None)


def places_of(name: str, dialect: Dialect) -> list[str]:
    """The sections (`main`, `router:redirect`) that have an option of that name in a dialect."""
    return [section for section in sections() if find_option(dialect, section, name) is not None]


def known_somewhere(name: str) -> bool:
    """Whether some version of Exim has an option of that name, somewhere."""
    return any(every_age(section, name) for section in sections())


def names_here(survey: Survey, owner: Driver | None) -> list[str]:
    """The names of all options that may stand in the main section, or in a driver."""
    if owner is None:
        return [name for name in names_of("main") if find_option(survey.dialect, "main", name) is not None]
    names = [*names_of(f"{owner.kind}:generic"), *names_of(f"{owner.kind}:{owner.driver}")]
    return [name for name in names if owner.fact(name) is not None]
