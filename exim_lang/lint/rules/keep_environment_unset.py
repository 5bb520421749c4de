"""`keep_environment` is not set.

Exim warns at every start, and takes all variables out of its environment, PATH and HOME among them.

Bad (full):

    primary_hostname = mx.example.org
    begin acl
    begin routers
    begin transports

Good (full):

    primary_hostname = mx.example.org
    keep_environment =
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.fixes import edit_of
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span


@rule("keep-environment-unset", group="upgrade", severity="warning", fix="partial", since="4.87")
def check(survey: Survey) -> Iterator[Finding]:
    """Configurations without the option."""
    config = survey.config
    if survey.main("keep_environment") is None and survey.main("add_environment") is None:
        first = next((line for line in config.lines if not line.macro), None)
        if first is not None:
            fix = None
            if not first.begins and (edit := edit_of(first.text, Span(0, 0), "keep_environment =\n")):
                fix = Fix("add keep_environment =", (edit,), safe=False)
            message = "keep_environment is not set: Exim warns at every start"
            yield Finding(message, first.text, Span(0, len(first.text)), "add keep_environment =", fix)
