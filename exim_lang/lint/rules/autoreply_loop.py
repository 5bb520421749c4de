"""Automatic replies that may answer each other.

A reply needs `once`, and its router must leave out mailing lists, other replies and the empty sender.

Bad (transport):

    vac:
      driver = autoreply
      to = $sender_address
      text = away
      user = mail

Good (transport):

    vac:
      driver = autoreply
      to = $sender_address
      text = away
      once = /var/lib/exim4/vacation.db
      user = mail
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.references import routers_to
from exim_lang.lint.routing import transports
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

GUARD = re.compile(r"precedence|auto-submitted|list-id|return_path|sender_address", re.IGNORECASE)


@rule("autoreply-loop", group="security", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """autoreply transports that write to the sender, without `once` and without conditions in their routers."""
    for driver in transports(survey, "autoreply"):
        to = driver.settings.get("to")
        if to is None or "sender" not in to.text.string or "once" in driver.settings:
            continue
        guarded = any(
            "senders" in router.settings or GUARD.search(router.settings["condition"].text.string)
            for router in routers_to(survey, driver.name)
            if router.settings.keys() & {"senders", "condition"}
        )
        if not guarded:
            message = f"the replies of {driver.name} may be answered automatically, and so on"
            yield Finding(message, driver.line.text, driver.span, "add once, and conditions in the router")
