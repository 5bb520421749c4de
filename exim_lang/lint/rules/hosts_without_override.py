"""Hosts of a transport that the router's hosts take the place of.

`hosts` counts only when the router gives none, unless `hosts_override` is set.

Bad (transport):

    t1:
      driver = smtp
      hosts = relay.example.org

Good (transport):

    t1:
      driver = smtp
      hosts = relay.example.org
      hosts_override
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.references import routers_to
from exim_lang.lint.routing import transports
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("hosts-without-override", group="routing", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """`hosts` of smtp transports that no accept router hands over to."""
    for driver in transports(survey, "smtp"):
        hosts = driver.settings.get("hosts")
        if hosts is None or "hosts_override" in driver.settings:
            continue
        to = routers_to(survey, driver.name)
        if not to or any(router.driver in ("dnslookup", "manualroute", "ipliteral") for router in to):
            use = survey.use_of(hosts)
            yield use.finding(use.whole, "these hosts do not count when the router has some", help="add hosts_override")
