"""TLS is required, and nobody checks with whom.

Whoever stands between can have any certificate.

Bad (transport):

    smarthost:
      driver = smtp
      hosts_require_tls = *
      tls_try_verify_hosts =

Good (transport):

    smarthost:
      driver = smtp
      hosts_require_tls = *
      tls_verify_hosts = *
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.model.config import Driver


@rule("tls-no-verify", group="security", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """`hosts_require_tls` with an empty `tls_try_verify_hosts` and no `tls_verify_hosts`, and no DANE."""
    for use in survey.of("transport", "tls_verify_hosts"):
        settings = use.owner.settings if isinstance(use.owner, Driver) else {}
        if not use.text.string.strip() and "hosts_require_tls" in settings and "hosts_require_dane" not in settings:
            yield use.finding(use.whole, "the certificate of the other side may be anything", help="tls_verify_hosts = *")
    for use in survey.of("transport", "hosts_require_tls"):
        settings = use.owner.settings if isinstance(use.owner, Driver) else {}
        tried = settings.get("tls_try_verify_hosts")
        checked = settings.keys() & {"tls_verify_hosts", "hosts_require_dane"}
        if tried is not None and not tried.text.string.strip() and not checked:
            yield use.finding(use.whole, "the certificate of the other side is not checked", help="add tls_verify_hosts = *")
