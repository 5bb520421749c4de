"""DNSSEC is asked for since 4.93.

`hosts_try_dane` and `dnssec_request_domains` are `*` unless they are set; a resolver that breaks DNSSEC defers mail.

Bad (transport, 4.92 to 4.99):

    t1:
      driver = smtp

Good (transport, 4.92 to 4.99):

    t1:
      driver = smtp
      hosts_try_dane =
      dnssec_request_domains =
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.changed import changed_default
from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("dane-dnssec-defaults", group="upgrade", severity="info", since="4.93")
def check(survey: Survey) -> Iterator[Finding]:
    """smtp transports without the option, in an upgrade over 4.93."""
    message = "hosts_try_dane is * since 4.93: the resolver must get DNSSEC right"
    return changed_default(survey, "4.93", "smtp", "hosts_try_dane", message)
