"""`gnutls_enable_pkcs11` is `gnutls_allow_auto_pkcs11` now.

Bad (main):

    gnutls_enable_pkcs11 = false

Good (main):

    gnutls_allow_auto_pkcs11 = false
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.replaced import renamed_option
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("gnutls-enable-pkcs11", group="upgrade", severity="error", fix="yes", since="4.82")
def check(survey: Survey) -> Iterator[Finding]:
    """The option."""
    return renamed_option(survey, "gnutls_enable_pkcs11", "gnutls_allow_auto_pkcs11")
