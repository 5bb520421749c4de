"""The port of a transport is no number and no name of a service.

It is expanded when the mail is to be delivered; then it is one port, not a list.

Bad (transport):

    t1:
      driver = smtp
      port = 25 : 587

Good (transport):

    t1:
      driver = smtp
      port = 587
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("bad-port", group="options", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant values of `port` of smtp transports."""
    for use in survey.of("transport", "port"):
        value = (use.constant or "").strip()
        if value and not re.fullmatch(r"\d{1,5}|[A-Za-z][A-Za-z0-9-]*", value):
            yield use.finding(use.whole, f'"{value}" is no port', help="a single number, or the name of a service")
