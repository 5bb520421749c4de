"""TLS is offered to nobody.

Passwords and mail come over connections that anybody on the way can read. The empty option often is a remainder of the
update to 4.87.

Bad (main):

    tls_advertise_hosts =

Good (main):

    tls_advertise_hosts = *
    tls_certificate = /etc/ssl/mail.pem
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.model.config import Setting


@rule("tls-disabled", group="security", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """An empty `tls_advertise_hosts`."""
    use = survey.main_use("tls_advertise_hosts")
    if use is not None and not use.text.string.strip() and isinstance(use.node, Setting):
        help = "tls_advertise_hosts = *, and a certificate"
        yield Finding("TLS is offered to nobody", use.node.line.text, use.node.span, help)
