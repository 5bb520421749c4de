"""The name that Exim says of itself is no full name.

Other hosts refuse `localhost`, addresses without brackets, and names without a domain.

Bad (transport):

    t1:
      driver = smtp
      helo_data = localhost

Good (transport):

    t1:
      driver = smtp
      helo_data = mail.example.org
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

PRIVATE = re.compile(r"(?:.*\.)?(localhost|localdomain|local|lan|internal|home|intranet)$|[^.]*$|\d+(\.\d+){3}$", re.IGNORECASE)


@rule("helo-not-fqdn", group="delivery", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant values of `helo_data`, `primary_hostname` and `smtp_active_hostname`."""
    for use in (*survey.of("transport", "helo_data"), *survey.of("main", "primary_hostname", "smtp_active_hostname")):
        value = (use.constant or "").strip()
        if value and PRIVATE.fullmatch(value) and not value.startswith("["):
            yield use.finding(use.whole, f"{value} is no name that others could find", help="a full name with a PTR record")
