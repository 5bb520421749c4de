"""A router sends an automatic reply, and the message goes nowhere else.

Without `unseen` the reply is the delivery.

Bad (full):

    begin routers
    vacation:
      driver = accept
      condition = ${if exists{/etc/exim4/away}}
      transport = reply
    begin transports
    reply:
      driver = autoreply
      to = $sender_address
      text = I am away.

Good (full):

    begin routers
    vacation:
      driver = accept
      condition = ${if exists{/etc/exim4/away}}
      unseen
      transport = reply
    begin transports
    reply:
      driver = autoreply
      to = $sender_address
      text = I am away.
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.routing import transports
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.model.config import Driver


@rule("autoreply-without-unseen", group="routing", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Routers with an autoreply transport that do not pass the address on."""
    names = {driver.name for driver in transports(survey, "autoreply")}
    for use in survey.of("router", "transport"):
        driver = use.owner
        if use.constant in names and isinstance(driver, Driver) and "unseen" not in driver.settings:
            yield use.finding(use.whole, f"the router {driver.name} replies, and nobody gets the message", help="add unseen")
