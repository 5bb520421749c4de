"""There are no retry rules, so that every temporary error is final.

Mail that cannot be delivered at the first attempt is sent back at once (`retry timeout exceeded`).

Bad (full):

    begin routers
    r:
      driver = accept
      transport = t
    begin transports
    t:
      driver = appendfile
      file = /dev/null

Good (full):

    begin routers
    r:
      driver = accept
      transport = t
    begin transports
    t:
      driver = appendfile
      file = /dev/null
    begin retry
    *  *  F,2h,15m; G,16h,1h,1.5; F,4d,6h
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("missing-retry-rule", group="routing", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """A configuration that delivers (has routers and transports), and has no rule in the retry section."""
    config = survey.config
    if config.retry or not config.routers or not config.transports:
        return
    if all(driver.driver in ("autoreply", "pipe") for driver in config.transports):
        return
    first = config.routers[0]
    message = "there are no retry rules: whatever cannot be delivered at once is sent back"
    yield Finding(message, first.line.text, first.span, "begin retry: * * F,2h,15m; G,16h,1h,1.5; F,4d,6h")
