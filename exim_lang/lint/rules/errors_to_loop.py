"""Errors of a list are sent to something that may be the list itself.

Bad (router):

    r1:
      driver = redirect
      data = a@b.example
      errors_to = list@example.org

Good (router):

    r1:
      driver = redirect
      data = a@b.example
      errors_to = list-owner@example.org
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

OWNER = re.compile(r"owner|admin|bounce|postmaster|error|request|noreply|root|mailer|master|\$", re.IGNORECASE)


@rule("errors-to-loop", group="routing", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant addresses that are not named after an owner."""
    for use in survey.of("router", "errors_to"):
        value = use.constant
        if value and "@" in value and not OWNER.search(value):
            message = f"{value} gets the errors; when it is a list itself, they go round"
            yield use.finding(use.whole, message, help="name an owner of the list")
