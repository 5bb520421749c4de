"""A router takes every recipient that nobody else knew.

Spam for made-up names is delivered, and misspelt addresses are not noticed.

Bad (router):

    r1:
      driver = redirect
      data = postmaster@example.org

Good (router):

    r1:
      driver = redirect
      local_parts = info : sales
      data = postmaster@example.org
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.model.config import Driver

AFFIXES = ("local_part_suffix", "local_part_prefix")
NARROW = (*AFFIXES, "check_local_user", "condition", "local_parts", "require_files", "senders", "unseen", "verify")


@rule("catch-all", group="security", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Redirect routers with constant addresses and no condition on the local part."""
    for use in survey.of("router", "data"):
        driver = use.owner
        if not isinstance(driver, Driver) or not use.constant or "@" not in use.constant or use.constant.startswith(":"):
            continue
        if not driver.settings.keys() & {*NARROW, "verify_recipient"}:
            yield use.finding(use.whole, f"{driver.name} takes every local part", help="name the local parts")
