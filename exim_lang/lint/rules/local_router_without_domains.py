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

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.routing import is_off, is_set, routers
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.model.config import Driver


@rule("local-router-without-domains", group="routing", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """`check_local_user` without `domains`, unless an earlier router keeps everything that is not local."""
    order = survey.config.routers
    for driver in routers(survey, "accept"):
        if not is_set(driver, "check_local_user") or driver.settings.keys() & {"domains", "condition", "local_parts"}:
            continue
        earlier = order[: order.index(driver)]
        behind = order[order.index(driver) + 1 :]
        if any(is_off(one, "more") and "domains" in one.settings and not _lets_in(one, behind) for one in earlier):
            continue
        message = f"the router {driver.name} takes local users at any domain"
        yield Finding(message, driver.line.text, driver.span, "add domains = +local_domains")


def _lets_in(keeper: Driver, behind: list[Driver]) -> bool:
    """Whether a router that keeps what is not local leaves domains of several lists, of which routers behind take one."""
    left = re.findall(r"!\s*(\+\w+)", keeper.settings["domains"].text.string)
    return len(left) > 1 and any(
        one.settings["domains"].text.string.strip() in left for one in behind if "domains" in one.settings
    )
