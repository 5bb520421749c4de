"""A `*` at the end of a name in `headers_remove` stands for anything.

Until 4.94 it stood for itself.

Bad (router, 4.92 to 4.99):

    r1:
      driver = accept
      headers_remove = X-*
      transport = local_delivery

Good (router, 4.92 to 4.99):

    r1:
      driver = accept
      headers_remove = X-Spam
      transport = local_delivery
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.history import crosses
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span


@rule("headers-remove-glob", group="upgrade", severity="info", since="4.94")
def check(survey: Survey) -> Iterator[Finding]:
    """Names that end with `*`, in an upgrade over 4.94."""
    if crosses(survey, "4.94"):
        for use in (*survey.of("router", "headers_remove"), *survey.of("transport", "headers_remove")):
            for found in re.finditer(r"[\w-]+\*(?=\s*(:|$))", use.text.string):
                yield use.finding(Span(*found.span()), "since 4.94 this removes all headers that begin so")
