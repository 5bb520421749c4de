"""`control = dmarc_verify_disable` stood in a manual; the control is `dmarc_disable_verify`.

Bad (acl):

    accept control = dmarc_verify_disable

Good (acl):

    accept control = dmarc_disable_verify
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("dmarc-verify-disable", group="upgrade", severity="error", fix="yes", since="4.82")
def check(survey: Survey) -> Iterator[Finding]:
    """The word of the manual."""
    for use in survey.of("acl", "control"):
        if use.text.string.strip() == "dmarc_verify_disable":
            edit = use.edit(use.whole, "dmarc_disable_verify")
            fix = Fix("write dmarc_disable_verify", (edit,)) if edit else None
            yield use.finding(use.whole, "there is no such control", help="write dmarc_disable_verify", fix=fix)
