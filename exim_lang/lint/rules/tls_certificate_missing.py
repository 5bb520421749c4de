"""TLS is offered without a certificate.

`tls_advertise_hosts` is `*` unless it is set. Without `tls_certificate` Exim makes a certificate of its own when it
starts, which nobody can check.

Bad (main):

    tls_privatekey = /etc/ssl/private/mail.key

Good (main):

    tls_certificate = /etc/ssl/mail.pem
    tls_privatekey = /etc/ssl/private/mail.key
    tls_advertise_hosts = *
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.lint.uses import Use


@rule("tls-certificate-missing", group="options", severity="warning", since="4.87")
def check(survey: Survey) -> Iterator[Finding]:
    """A key without a certificate, or `tls_advertise_hosts` set to something without one."""
    if survey.main("tls_certificate") is not None:
        return
    key = survey.main_use("tls_privatekey")
    offered = survey.main_use("tls_advertise_hosts")
    if key is not None:
        yield use_finding(key)
    elif offered is not None and offered.text.string.strip():
        yield use_finding(offered)


def use_finding(use: Use) -> Finding:
    """The finding at one of the options."""
    return use.finding(use.whole, "TLS is offered, and there is no tls_certificate")
