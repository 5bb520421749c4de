"""A condition in an ACL that runs at a time when it cannot be tested.

Exim says so when the statement runs (`cannot test domains condition in connection ACL`), and answers with a
temporary error: to every command, or to the connection itself.

Bad (aclconn):

    accept domains = +local_domains

Good (acl):

    accept domains = +local_domains
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.lint.wrong_phase import wrong_conditions, wrong_verifications


@rule("condition-wrong-acl", group="acl", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Conditions and tests of `verify` in all ACLs that options name, and in those that only run in wrong phases."""
    yield from wrong_conditions(survey, modifiers=False)
    yield from wrong_verifications(survey)
