"""A router behind one that takes every address is never asked.

Bad (router):

    r1:
      driver = accept
      transport = local_delivery
    r2:
      driver = redirect
      data = a@b.example

Good (router):

    r1:
      driver = accept
      domains = a.example
      transport = local_delivery
    r2:
      driver = redirect
      domains = c.example
      data = a@b.example
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Note
from exim_lang.lint.routing import CONDITIONS, takes_everything
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.model.config import Driver


@rule("shadowed-router", group="routing", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """The first router behind each that has no conditions."""
    before = None
    for driver in survey.config.routers:
        if before is not None:
            message = f"the router {driver.name} is never asked: {before.name} takes every address"
            note = Note("it has no conditions", before.line.text, before.span)
            help = f"give {before.name} conditions, or change the order"
            yield Finding(message, driver.line.text, driver.span, help, notes=(note,), witness=survey.route_witness(before))
            break
        if takes_everything(driver):
            before = driver
    yield from _same_domains(survey)


def _same_domains(survey: Survey) -> Iterator[Finding]:
    """Routers behind one that takes the same domains, and has no other condition."""
    takers: dict[str, Driver] = {}
    for driver in survey.config.routers:
        domains = driver.settings.get("domains")
        if domains is None or "$" in domains.text.string:
            continue
        before = takers.get(domains.text.string)
        if before is not None:
            message = f"the router {driver.name} is never asked: {before.name} takes every address of these domains"
            note = Note("it has no other condition", before.line.text, before.span)
            yield Finding(message, driver.line.text, driver.span, "change the order", notes=(note,))
        elif driver.driver == "accept" and not driver.settings.keys() & (CONDITIONS - {"domains"}) and not _may_fail(driver):
            takers[domains.text.string] = driver


def _may_fail(driver: Driver) -> bool:
    """Whether a router may pass an address on because a string that it sets cannot be had."""
    return any("fail" in driver.settings[name].text.string for name in ("address_data", "set") if name in driver.settings)
