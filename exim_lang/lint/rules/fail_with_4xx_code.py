"""The code in the text of `:fail:` or `:defer:` is of the wrong kind.

`:fail:` has codes that begin with 5, `:defer:` with 4; another one is dropped, and Exim complains in its log.

Bad (router):

    r1:
      driver = redirect
      local_parts = old
      data = :fail: 450 mailbox moved

Good (router):

    r1:
      driver = redirect
      local_parts = old
      data = :defer: 450 mailbox moved
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

CODE = re.compile(r":(fail|defer):\s*([245])\d\d\b")


@rule("fail-with-4xx-code", group="upgrade", severity="info", since="4.63")
def check(survey: Survey) -> Iterator[Finding]:
    """Codes behind the words."""
    for use in survey.of("router", "data"):
        for found in CODE.finditer(use.text.string):
            if found[2] != {"fail": "5", "defer": "4"}[found[1]]:
                yield use.finding(Span(found.start(2), found.end()), f":{found[1]}: does not take this code")
