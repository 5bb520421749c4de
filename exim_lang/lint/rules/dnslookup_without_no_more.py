"""Addresses of other domains that the DNS does not know go on to the routers for local users.

A `dnslookup` router for everything but the local domains says `no_more`.

Bad (router):

    dns:
      driver = dnslookup
      domains = ! +local_domains
      transport = remote_smtp
    local:
      driver = accept
      check_local_user
      transport = local_delivery

Good (router):

    dns:
      driver = dnslookup
      domains = ! +local_domains
      transport = remote_smtp
      no_more
    local:
      driver = accept
      check_local_user
      transport = local_delivery
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.routing import is_off, routers, use_in
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span


@rule("dnslookup-without-no-more", group="routing", severity="warning", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """`dnslookup` with negated domains and without `no_more`, in front of a router without domains."""
    order = survey.config.routers
    for driver in routers(survey, "dnslookup"):
        domains = use_in(survey, driver, "domains")
        if domains is None or not domains.text.string.lstrip().startswith("!") or is_off(driver, "more"):
            continue
        if "more" in driver.settings or "unseen" in driver.settings or "condition" in driver.settings:
            continue
        later = [one for one in order[order.index(driver) + 1 :] if "domains" not in one.settings]
        if later:
            message = f"a domain that the DNS does not know goes on to the router {later[0].name}"
            edit = domains.edit(Span(len(domains.text), len(domains.text)), "\n  no_more")
            fix = Fix("add no_more", (edit,), safe=False) if edit else None
            yield Finding(message, driver.line.text, driver.span, "add no_more", fix)
