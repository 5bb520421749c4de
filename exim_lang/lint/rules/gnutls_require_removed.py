"""`gnutls_require_kx`, `_mac` and `_protocols` are gone.

They did nothing since 4.80, and are refused since 4.88: `tls_require_ciphers` has a priority string.

Bad (main):

    gnutls_require_protocols = TLS1.2

Good (main):

    tls_require_ciphers = NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.3
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("gnutls-require-removed", group="upgrade", severity="error", since="4.80")
def check(survey: Survey) -> Iterator[Finding]:
    """The options."""
    for one in survey.absent:
        if one.name.startswith("gnutls_require_"):
            yield one.finding(help="write a priority string into tls_require_ciphers")
