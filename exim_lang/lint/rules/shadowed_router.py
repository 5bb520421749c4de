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
from exim_lang.lint.routing import takes_everything
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


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
