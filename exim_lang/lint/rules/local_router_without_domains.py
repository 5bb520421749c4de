"""A router for local users does not say which domains are local.

What earlier routers leave, whatever its domain, is delivered to the local user of the name.

Bad (router):

    local:
      driver = accept
      check_local_user
      transport = local_delivery

Good (router):

    local:
      driver = accept
      domains = +local_domains
      check_local_user
      transport = local_delivery
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.routing import is_off, is_set, routers
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("local-router-without-domains", group="routing", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """`check_local_user` without `domains`, unless an earlier router keeps everything that is not local."""
    order = survey.config.routers
    for driver in routers(survey, "accept"):
        if not is_set(driver, "check_local_user") or driver.settings.keys() & {"domains", "condition", "local_parts"}:
            continue
        earlier = order[: order.index(driver)]
        if any(is_off(one, "more") and "domains" in one.settings for one in earlier):
            continue
        message = f"the router {driver.name} takes local users at any domain"
        yield Finding(message, driver.line.text, driver.span, "add domains = +local_domains")
