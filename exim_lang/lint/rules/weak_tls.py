"""Old protocols or ciphers are allowed.

SSL 2 and 3, RC4, 3DES and export ciphers can be broken; so can small groups for Diffie-Hellman.

Bad (main):

    tls_require_ciphers = NORMAL:+VERS-SSL3.0

Good (main):

    tls_require_ciphers = NORMAL
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.lint.uses import Use
from exim_lang.source.text import Span

WEAK = re.compile(
    r"(?<![-!])\+?\b(VERS-SSL3\.0|VERS-TLS1\.0|ARCFOUR-\w+|RC4[-\w]*|3DES[-\w]*|EXP(?:ORT)?[-\w]*|aNULL|eNULL|LOW|MD5)\b"
)
OPTIONS = re.compile(r"-no_sslv[23]\b|(?<!\S)\+all\b")
GROUPS = re.compile(r"historic|rfc5114_?\w*|ike(1|2|5|22|23|24)|exim\.dev\.20060425", re.IGNORECASE)


@rule("weak-tls", group="security", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Words of the options about ciphers, protocols and groups."""
    for use in (*survey.of("main", "tls_require_ciphers"), *survey.of("transport", "tls_require_ciphers")):
        yield from _look(use, WEAK, "{} is broken")
    for use in survey.of("main", "openssl_options"):
        yield from _look(use, OPTIONS, "{} allows a broken protocol")
    for use in survey.of("main", "tls_dhparam"):
        if GROUPS.fullmatch(use.text.string.strip()):
            yield use.finding(use.whole, f"the group {use.text.string} is weak", help="leave the default")


def _look(use: Use, pattern: re.Pattern[str], message: str) -> Iterator[Finding]:
    for found in pattern.finditer(use.text.string):
        before = use.text.string[max(0, found.start() - 1) : found.start()]
        if before not in ("-", "!") and "$" not in use.text.string:
            yield use.finding(Span(*found.span()), message.format(found[0].lstrip("+")), help="leave the default")
