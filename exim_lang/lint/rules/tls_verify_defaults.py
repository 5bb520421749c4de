"""The certificates of other hosts are checked by default, since 4.86.

`tls_verify_certificates` is `system`; a file of one's own takes that away.

Bad (transport):

    t1:
      driver = smtp
      tls_verify_certificates = /etc/ssl/old-ca.pem

Good (transport):

    t1:
      driver = smtp
      tls_verify_certificates = system
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.model.config import Driver


@rule("tls-verify-defaults", group="upgrade", severity="info", since="4.86")
def check(survey: Survey) -> Iterator[Finding]:
    """The option of smtp transports with a file, without hosts that must be verified."""
    for use in survey.of("transport", "tls_verify_certificates"):
        settings = use.owner.settings if isinstance(use.owner, Driver) else {}
        if (use.constant or "").startswith("/") and "tls_verify_hosts" not in settings:
            yield use.finding(use.whole, "only what this file has is trusted: the default is system")
