"""A router, transport or authenticator has no driver, or one that is not of its kind.

Bad (transport):

    system_aliases:
      driver = redirect
      data = x

Bad (router):

    r1:
      transport = local_delivery

Good (transport):

    other_smtp:
      driver = smtp
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.similar import similar
from exim_lang.lint.survey import Survey
from exim_lang.model.dialect import history

KINDS = {"router": "routers", "transport": "transports", "auth": "authenticators"}


@rule("driver-missing", group="options", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses."""
    for problem, found in survey.problems(r"cannot find (\w+) driver \"(.*)\"|^no driver defined for"):
        help = ""
        if found[2]:
            other = [kind for kind in KINDS if history("authenticator" if kind == "auth" else kind, found[2]) is not None]
            guess = similar(found[2], survey.dialect.names("authenticator" if found[1] == "auth" else found[1]))
            if other and found[1] not in other:
                help = f'{found[2]} is a {other[0]} driver: it belongs behind "begin {KINDS[other[0]]}"'
            elif guess:
                help = f"did you mean {guess}?"
        yield Finding(problem.message, problem.text, problem.span, help)
