"""An option stands in a part of the configuration that does not have it.

Bad (main):

    hosts_try_auth = *

Good (transport):

    other_smtp:
      driver = smtp
      hosts_try_auth = *
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.options import places_of, unknown_options
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("option-in-wrong-section", group="options", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Unknown names that options of other sections have."""
    for problem, name, owner in unknown_options(survey):
        kind = owner.kind if owner else "main"
        places = places_of(name, survey.dialect)
        if places and not any(place.partition(":")[0] == kind for place in places):
            where = " or ".join(_said(place) for place in places[:3])
            yield Finding(problem.message, problem.text, problem.span, f"it is an option of {where}")


def _said(place: str) -> str:
    kind, _, driver = place.partition(":")
    if not driver:
        return "the main section"
    return f"all {kind}s" if driver == "generic" else f"the {kind} driver {driver}"
