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

Where all clients keep their passwords to themselves on such connections (`client_send` asks for `$tls_out_cipher`), or send
none (CRAM-MD5), nothing is said.
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
    if _careful(survey):
        return
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


def _careful(survey: Survey) -> bool:
    """Whether there are clients, and none that sends a password without a look at the encryption."""
    names = ("client_send", "client_secret", "client_password", "client_username")
    clients = [driver for driver in survey.config.authenticators if driver.settings.keys() & set(names)]
    return bool(clients) and all(
        driver.driver == "cram_md5" or "tls_" in driver.settings.get("client_send", driver.settings["driver"]).text.string
        for driver in clients
    )
