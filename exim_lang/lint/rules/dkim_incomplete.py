"""Mail is to be signed, and one of the options that this needs is missing.

`dkim_domain`, `dkim_selector` and `dkim_private_key` go together; without one of them mail leaves unsigned.

Bad (transport):

    t1:
      driver = smtp
      dkim_domain = example.org
      dkim_selector = s1

Good (transport):

    t1:
      driver = smtp
      dkim_domain = example.org
      dkim_selector = s1
      dkim_private_key = /etc/exim4/dkim/s1.key
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

NEEDED = ("dkim_domain", "dkim_selector", "dkim_private_key")


@rule("dkim-incomplete", group="routing", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Transports with some of the three options."""
    for driver in survey.config.transports:
        given = [name for name in NEEDED if name in driver.settings]
        missing = [name for name in NEEDED if name not in driver.settings]
        if given and missing:
            setting = driver.settings[given[0]]
            message = f"mail is not signed: {' and '.join(missing)} must be set, too"
            yield Finding(message, setting.line.text, setting.span)
