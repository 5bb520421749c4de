"""`:blackhole:` among other addresses takes nothing away from them.

It is for throwing the message away as the only item; with others beside it, say /dev/null, or leave it out.

Bad (router):

    r1:
      driver = redirect
      data = :blackhole:, root@example.org

Good (router):

    r1:
      driver = redirect
      data = root@example.org
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span


@rule("blackhole-mixed", group="routing", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """The word with a comma beside it."""
    for use in survey.of("router", "data"):
        found = re.search(r":blackhole:(?=\s*,\s*\S)|(?<=,)\s*:blackhole:", use.text.string)
        if found is not None and "$" not in use.text.string:
            yield use.finding(Span(*found.span()), ":blackhole: stands beside other addresses", help="leave it out")
