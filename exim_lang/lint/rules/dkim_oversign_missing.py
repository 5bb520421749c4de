"""The headers that are signed leave out what matters.

A header that is not signed can be added or changed on the way. `_DKIM_SIGN_HEADERS` and `_DKIM_OVERSIGN_HEADERS` are
Exim's own lists.

Bad (transport):

    t1:
      driver = smtp
      dkim_sign_headers = Subject:Date

Good (transport):

    t1:
      driver = smtp
      dkim_sign_headers = _DKIM_OVERSIGN_HEADERS
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

NEEDED = ("from", "subject", "date", "to")


@rule("dkim-oversign-missing", group="delivery", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant lists without one of the headers that everybody sees."""
    for use in survey.of("transport", "dkim_sign_headers"):
        if use.constant is None:
            continue
        names = {word.strip(" +=").lower() for word in use.constant.split(":")}
        missing = [name for name in NEEDED if name not in names]
        if missing:
            yield use.finding(use.whole, f"not signed: {', '.join(missing)}", help="write _DKIM_OVERSIGN_HEADERS")
