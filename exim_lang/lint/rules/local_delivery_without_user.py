"""A local delivery has no user to run as.

Where neither transport nor router sets `user`, and the router does not `check_local_user`, appendfile and pipe
transports run as the Exim user, or are refused.

Bad (transport):

    t1:
      driver = pipe
      command = /usr/bin/procmail

Good (transport):

    t1:
      driver = pipe
      command = /usr/bin/procmail
      user = mail
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.references import routers_to
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("local-delivery-without-user", group="options", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """appendfile and pipe transports of which some way in gives no user."""
    for driver in survey.config.transports:
        if driver.driver not in ("appendfile", "pipe") or "user" in driver.settings:
            continue
        if driver.driver == "appendfile" and not driver.settings.keys() & {"file", "directory"}:
            continue
        if driver.driver == "pipe" and "command" not in driver.settings:
            continue
        routers = routers_to(survey, driver.name)
        bare = [one for one in routers if not one.settings.keys() & {"user", "check_local_user"}]
        if bare or (not routers and driver.driver == "pipe"):
            by = f", and the router {bare[0].name} gives none" if bare else ""
            message = f"the transport {driver.name} has no user to run as{by}"
            yield Finding(message, driver.line.text, driver.span, "set user, or check_local_user in the router")
