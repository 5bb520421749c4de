"""A router reads files of users while recipients are verified.

`.forward` files are not needed to know whether an address exists: `no_verify` and `no_expn` leave the router out then.

Bad (router):

    uf:
      driver = redirect
      check_local_user
      file = $home/.forward

Good (router):

    uf:
      driver = redirect
      check_local_user
      file = $home/.forward
      no_verify
      no_expn
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.routing import routers
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("verify-only-expensive-router", group="routing", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Redirect routers with a file in `$home` that take part in verification."""
    for driver in routers(survey, "redirect"):
        file = driver.settings.get("file")
        if file is not None and "$home" in file.text.string and not driver.settings.keys() & {"verify", "verify_recipient"}:
            use = survey.use_of(file)
            message = "this file is read for each recipient that is verified"
            yield use.finding(use.whole, message, help="add no_verify and no_expn")
