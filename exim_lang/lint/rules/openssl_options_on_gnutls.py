"""An option for the one TLS library in a configuration for an Exim that was built with the other.

Debian's Exim uses GnuTLS and refuses `openssl_options` with a value it cannot know; ciphers are written in another way,
too.

Bad (main, debian-4.96):

    openssl_options = +no_sslv3 +no_tlsv1

Good (main, debian-4.96):

    .ifdef _HAVE_OPENSSL
    openssl_options = +no_sslv3 +no_tlsv1
    .endif
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

CIPHERS = re.compile(r"(?:^|:)(?:NORMAL|SECURE128|SECURE256|PERFORMANCE|PFS|SUITEB\d+|LEGACY)(?=$|[:-])|[:+!-]VERS-")
OPENSSL = re.compile(r"(?:^|:)[!+-]?(?:HIGH|MEDIUM|LOW|aNULL|eNULL|DEFAULT|ECDHE?-[A-Z0-9-]+|kEDH|EXPORT)(?=$|[:+!@-])")


@rule("openssl-options-on-gnutls", group="options", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Options of the other library, and ciphers in its way of writing."""
    build = survey.dialect.build
    gnutls = build.has("gnutls")
    if build.name == "complete":
        return
    other = "openssl" if gnutls else "gnutls"
    for use in survey.uses:
        if use.where in ("main", "transport") and use.name.startswith(f"{other}_"):
            yield use.finding(use.whole, f"{use.name} is for another TLS library: this Exim uses {_library(gnutls)}")
    for use in (*survey.of("main", "tls_require_ciphers"), *survey.of("transport", "tls_require_ciphers")):
        found = (OPENSSL if gnutls else CIPHERS).search(use.constant or "")
        if found is not None:
            word = found[0].strip(":")
            yield use.finding(use.whole, f"{_library(gnutls)} does not know ciphers that are written like {word}")


def _library(gnutls: bool) -> str:
    return "GnuTLS" if gnutls else "OpenSSL"
