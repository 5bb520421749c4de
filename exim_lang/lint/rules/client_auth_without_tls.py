"""A password is sent to another host over a connection that need not be encrypted.

Bad (transport):

    smarthost:
      driver = smtp
      hosts_require_auth = *

Good (transport):

    smarthost:
      driver = smtp
      hosts_require_auth = *
      hosts_require_tls = *
      tls_verify_hosts = *
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.model.config import Driver
from exim_lang.source.text import Span


@rule("client-auth-without-tls", group="security", severity="warning", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """smtp transports with hosts to log in to, and without `hosts_require_tls`."""
    for use in survey.of("transport", "hosts_require_auth", "hosts_try_auth"):
        driver = use.owner
        if not isinstance(driver, Driver) or not use.text.string.strip():
            continue
        protocol = driver.settings.get("protocol")
        if "hosts_require_tls" not in driver.settings and (protocol is None or protocol.text.string != "smtps"):
            message = "the password goes over a connection that need not be encrypted"
            edit = use.edit(Span(len(use.text), len(use.text)), f"\n  hosts_require_tls = {use.text.string}")
            fix = Fix("require TLS", (edit,), safe=False) if edit else None
            yield use.finding(use.whole, message, help="add hosts_require_tls", fix=fix)
