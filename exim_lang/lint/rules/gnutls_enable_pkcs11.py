"""`gnutls_enable_pkcs11` is `gnutls_allow_auto_pkcs11` now.

Bad (main):

    gnutls_enable_pkcs11 = false

Good (main):

    gnutls_allow_auto_pkcs11 = false
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.fixes import edit_of
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("gnutls-enable-pkcs11", group="upgrade", severity="error", fix="yes", since="4.82")
def check(survey: Survey) -> Iterator[Finding]:
    """The option."""
    for problem, _ in survey.problems('^main option "(no_|not_)?gnutls_enable_pkcs11" unknown'):
        edit = edit_of(problem.text, problem.span, "gnutls_allow_auto_pkcs11")
        fix = Fix("write gnutls_allow_auto_pkcs11", (edit,)) if edit else None
        yield Finding(problem.message, problem.text, problem.span, "write gnutls_allow_auto_pkcs11", fix)
