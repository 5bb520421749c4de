"""Lines of more than 998 characters are refused since 4.95.

The smtp transport sends such mail back: `message_linelength_limit` sets the limit.

Bad (transport, 4.92 to 4.99):

    t1:
      driver = smtp

Good (transport, 4.92 to 4.99):

    t1:
      driver = smtp
      message_linelength_limit = 1G
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.changed import changed_default
from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("line-length-limit", group="upgrade", severity="info", since="4.95")
def check(survey: Survey) -> Iterator[Finding]:
    """smtp transports without the option, in an upgrade over 4.95."""
    message = "lines of more than 998 characters are refused since 4.95"
    return changed_default(survey, "4.95", "smtp", "message_linelength_limit", message)
