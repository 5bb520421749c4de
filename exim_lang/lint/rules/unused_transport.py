"""A transport that nothing refers to.

Bad (transport):

    orphan:
      driver = smtp

Good (transport):

    local_delivery:
      driver = appendfile
      file = /var/mail/$local_part_data
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("unused-transport", group="names", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Transports whose names stand nowhere else, unless some name of a transport is only known when it is needed."""
    if any(use.constant is None for use in survey.of("router", "transport")):
        return
    for driver in survey.config.transports:
        if survey.words[driver.name] <= 1:
            yield Finding(f"nothing refers to the transport {driver.name}", driver.line.text, driver.span)
