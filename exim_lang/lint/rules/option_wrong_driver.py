"""An option belongs to another driver of the same kind.

Bad (router):

    r1:
      driver = accept
      transport = local_delivery
      data = root@example.org

Good (router):

    r1:
      driver = redirect
      data = root@example.org
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.options import places_of, unknown_options
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("option-wrong-driver", group="options", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Unknown names that options of other drivers have."""
    for problem, name, owner in unknown_options(survey):
        if owner is not None:
            drivers = [place.partition(":")[2] for place in places_of(name, survey.dialect) if place.startswith(owner.kind)]
            if drivers:
                help = f"it is an option of the driver {' or '.join(drivers)}, and this is {owner.driver}"
                yield Finding(problem.message, problem.text, problem.span, help)
