"""A control or a modifier in an ACL that runs at a time when it cannot be used.

Bad (aclconn):

    accept control = submission

Good (acl):

    accept control = submission
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.lint.wrong_phase import wrong_conditions, wrong_controls


@rule("control-wrong-acl", group="acl", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Controls and modifiers in all ACLs that options name, and in those that only run in wrong phases."""
    yield from wrong_conditions(survey, modifiers=True)
    yield from wrong_controls(survey)
