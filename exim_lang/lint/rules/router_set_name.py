"""`set` of a router names a variable that routers cannot set.

The names are `r_` and letters, digits and underscores. Exim notices when the router runs, and the address is
undeliverable.

Bad (router):

    r1:
      driver = accept
      set = x = y
      transport = local_delivery

Good (router):

    r1:
      driver = accept
      set = r_x = y
      transport = local_delivery
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

NAME = re.compile(r"\s*r_[A-Za-z0-9_]+\s*=")


@rule("router-set-name", group="options", severity="warning", since="4.93")
def check(survey: Survey) -> Iterator[Finding]:
    """Each assignment of `set`."""
    for use in survey.of("router", "set"):
        at = 0
        for part in use.text.string.split(";"):
            if part.strip() and not NAME.match(part) and "=" in part:
                start = at + len(part) - len(part.lstrip())
                name = part.partition("=")[0].strip()
                message = f'bad router variable name "{name}"'
                yield use.finding(Span(start, start + len(name)), message, help=f"write r_{name}")
            at += len(part) + 1
            if "$" in part:
                break
